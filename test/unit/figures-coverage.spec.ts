import { coverageOf, spansOf } from '../../src/modules/reports/rollup/figures-coverage.js';
import { reportDays } from '../../src/modules/reports/rollup/report-days.js';

const RANGE = { from: '2026-01-01', to: '2026-12-31' };

/** So many days from the first of January on. */
const days = (count: number, first = 1) =>
  Array.from({ length: count }, (_, index) =>
    new Date(Date.UTC(2026, 0, first + index)).toISOString().slice(0, 10),
  );

describe('the days of a report', () => {
  it('are all counted when at most 31 of them are not built', () => {
    const live = days(31, 60);
    expect(coverageOf(RANGE, { builtThrough: '2026-12-01', live })).toEqual({
      ...RANGE,
      builtThrough: '2026-12-01',
      live,
      builtFrom: null,
    });
  });

  it('begin with the oldest of the 31 newest that are not built, when there are more, and the answer says so', () => {
    const live = days(40);
    expect(coverageOf(RANGE, { builtThrough: null, live })).toEqual({
      from: '2026-01-10',
      to: '2026-12-31',
      builtThrough: null,
      live: live.slice(9),
      builtFrom: '2026-01-10',
    });
  });

  it.each([
    ['none', [], []],
    ['one', ['2026-03-01'], [['2026-03-01', '2026-03-01']]],
    [
      'days that follow each other',
      ['2026-02-27', '2026-02-28', '2026-03-01'],
      [['2026-02-27', '2026-03-01']],
    ],
    [
      'days with a gap',
      ['2026-02-27', '2026-03-01'],
      [
        ['2026-02-27', '2026-02-27'],
        ['2026-03-01', '2026-03-01'],
      ],
    ],
  ])('are joined: %s', (_what, joined, spans) => {
    expect(spansOf(joined)).toEqual(spans.map(([from, to]) => ({ from, to })));
  });

  // In Dhaka it is the 28th already.
  const NOW = new Date('2026-11-27T18:30:00Z');
  it.each([
    [{}, { from: '2026-11-28', to: '2026-11-28' }],
    [{ rangeDays: 30 }, { from: '2026-10-30', to: '2026-11-28' }],
    [
      { rangeDays: 2, to: '2026-03-01' },
      { from: '2026-02-28', to: '2026-03-01' },
    ],
    [
      { from: '2026-01-01', rangeDays: 2 },
      { from: '2026-01-01', to: '2026-11-28' },
    ],
  ])('asked for by %j are whole days of the business zone', (requested, range) => {
    expect(reportDays(requested, NOW, 'Asia/Dhaka')).toEqual(range);
  });
});
