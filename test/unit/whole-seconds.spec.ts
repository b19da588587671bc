import { wholeSecondsBetween } from '../../src/common/time/whole-seconds.js';

describe('whole seconds between two moments', () => {
  const noon = new Date('2026-01-03T12:00:00Z');

  it.each([
    ['2026-01-03T12:00:00.000Z', 0],
    ['2026-01-03T12:00:01.499Z', 1],
    ['2026-01-03T12:00:01.500Z', 2],
    ['2026-01-03T11:59:00.000Z', -60],
    ['2094-01-21T15:14:07.000Z', 2_147_483_647],
    ['2099-12-31T10:00:00.000Z', 2_147_483_647],
    ['1900-01-01T00:00:00.000Z', -2_147_483_647],
  ])('until %s are %i, and never more than an integer column holds', (to, seconds) => {
    expect(wholeSecondsBetween(noon, new Date(to))).toBe(seconds);
  });
});
