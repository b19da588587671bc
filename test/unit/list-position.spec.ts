import * as fc from 'fast-check';
import {
  cursorOf,
  FIRST,
  isBefore,
  LAST,
  positionAt,
  positionOf,
} from '../../src/common/http/list-position.js';

const positions = fc
  .tuple(
    fc.date({ min: new Date('1970-01-02'), max: new Date('9999-12-30'), noInvalidDate: true }),
    fc.nat(999),
    fc.bigInt({ min: 1n, max: 9_223_372_036_854_775_807n }),
  )
  .map(([date, micros, id]) => ({
    at: date.toISOString().replace('Z', `${String(micros).padStart(3, '0')}Z`),
    id: String(id),
  }));

describe('a position in a list', () => {
  it('is what its cursor leads to', () => {
    fc.assert(fc.property(positions, (position) => expect(positionOf(cursorOf(position))).toEqual(position)));
  });

  it('is before another by time, and at one time by id, as a number', () => {
    const entry = (at: string, id: string) => ({ at, id });
    const time = '2026-01-03T10:30:00.000000Z';
    expect(isBefore(entry(time, '9'), entry(time, '10'))).toBe(true);
    expect(isBefore(entry(time, '10'), entry(time, '10'))).toBe(false);
    expect(isBefore(entry(time, '10'), entry('2026-01-03T10:30:00.000001Z', '9'))).toBe(true);
    expect(isBefore(positionAt(new Date(time)), entry(time, '1'))).toBe(true);
  });

  it('lies between the first and the last, also for moments that do not', () => {
    fc.assert(
      fc.property(fc.date({ noInvalidDate: true }), (date) => {
        const position = positionAt(date);
        expect(isBefore(position, FIRST) || isBefore(LAST, position)).toBe(false);
      }),
    );
  });

  it('is not returned for any text that is no cursor', () => {
    for (const text of [
      '',
      '4711',
      'ü',
      Buffer.from('2026-01-03T10:30:00.000000Z 0').toString('base64url'),
    ]) {
      expect(positionOf(text)).toBeNull();
    }
    fc.assert(fc.property(fc.string(), (text) => expect(positionOf(text)).toBeNull()));
  });
});
