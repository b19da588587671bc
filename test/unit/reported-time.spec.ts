import fc from 'fast-check';
import { Unreadable } from '../../src/modules/telephony/bracknet/field-values.js';
import { timeIn } from '../../src/modules/telephony/bracknet/reported-time.js';

const read = timeIn('Asia/Dhaka');

/** `+06:00`, `-0330`, … */
function offsetText(minutes: number, colon: string): string {
  const [hours, rest] = [Math.trunc(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
  return `${minutes < 0 ? '-' : '+'}${String(hours).padStart(2, '0')}${colon}${String(rest).padStart(2, '0')}`;
}

const instants = fc.date({
  min: new Date('2000-01-02T00:00:00Z'),
  max: new Date('2100-12-30T00:00:00Z'),
  noInvalidDate: true,
});

describe('a time of the PBX', () => {
  it('is the instant it means at every offset, in every usual notation', () => {
    fc.assert(
      fc.property(
        instants,
        fc.integer({ min: -14 * 60, max: 14 * 60 }),
        fc.constantFrom('T', ' ', 't', '  '),
        fc.constantFrom(':', ''),
        fc.constantFrom('', ' '),
        (instant, offset, between, colon, gap) => {
          const local = new Date(instant.getTime() + offset * 60_000).toISOString().slice(0, -1);
          const text = `${local.replace('T', between)}${gap}${offsetText(offset, colon)}`;
          expect(read(text)).toEqual(instant);
        },
      ),
    );
  });

  it('without a zone is of the business time zone', () => {
    fc.assert(
      fc.property(
        instants,
        fc.constantFrom('T', ' '),
        fc.constantFrom('-', '/'),
        (instant, between, dash) => {
          const seconds = new Date(Math.floor(instant.getTime() / 1000) * 1000);
          const local = new Date(seconds.getTime() + 6 * 3_600_000).toISOString().slice(0, 19);
          const [date = '', time] = local.split('T');
          // Bangladesh had summer time in 2009.
          fc.pre(!local.startsWith('2009'));
          expect(read(`${date.replaceAll('-', dash)}${between}${time}`)).toEqual(seconds);
        },
      ),
    );
  });

  it('is Unix time in seconds or milliseconds, as a number or in digits', () => {
    fc.assert(
      fc.property(instants, (instant) => {
        const [ms, seconds] = [instant.getTime(), Math.floor(instant.getTime() / 1000)];
        for (const value of [ms, String(ms)]) expect(read(value)).toEqual(instant);
        for (const value of [seconds, String(seconds)]) expect(read(value)).toEqual(new Date(seconds * 1000));
      }),
    );
  });

  it.each([
    ['2026-11-26 15:56:13', '2026-11-26T09:56:13Z'],
    ['2026-11-26 15:56', '2026-11-26T09:56:00Z'],
    ['2026-11-26 15:56:13.250', '2026-11-26T09:56:13.250Z'],
    ['2026-11-26 15:56:13+06:00', '2026-11-26T09:56:13Z'],
    ['2026-11-26 15:56:13+0600', '2026-11-26T09:56:13Z'],
    ['2026-11-26 15:56:13 +06', '2026-11-26T09:56:13Z'],
    ['2026-11-26T15:56:13 06:00', '2026-11-26T09:56:13Z'],
    ['2026-11-26 15:56:13 UTC', '2026-11-26T15:56:13Z'],
    ['2026-11-26 15:56:13Z', '2026-11-26T15:56:13Z'],
    ['20261126T155613Z', '2026-11-26T15:56:13Z'],
    ['2026-11-26T15Z', '2026-11-26T15:00:00Z'],
    ['1795708573', '2026-11-26T15:56:13Z'],
    ['1795708573.25', '2026-11-26T15:56:13.250Z'],
  ])('%s is %s', (text, instant) => {
    expect(read(text)).toEqual(new Date(instant));
    expect(read(` ${text}\n`)).toEqual(new Date(instant));
  });

  it('with Z is the same as with an offset of nothing, be there such a time or not', () => {
    const digits = (most: number): fc.Arbitrary<string> =>
      fc.integer({ min: 0, max: most }).map((number) => String(number).padStart(2, '0'));
    const usual = fc
      .tuple(
        digits(99),
        digits(19),
        digits(39),
        digits(29),
        digits(59),
        digits(59),
        fc.constantFrom('', '.0', '.123'),
      )
      .map(([year, month, day, hour, minute, second, fraction]) => {
        return `20${year}-${month}-${day}T${hour}:${minute}:${second}${fraction}`;
      });
    fc.assert(
      fc.property(usual, (time) => expect(read(`${time}Z`)).toEqual(read(`${time}+00:00`))),
      { numRuns: 1000 },
    );
  });

  it.each([
    '2026-02-31T10:00:00Z',
    '2026-02-31 10:00:00',
    '2026-01-03',
    '10:00',
    'now',
    '2026-01-03T25:00:00Z',
    '2026-W01T1',
    '1999-12-31T00:00:00Z',
    '+275760-09-13T00:00:00Z',
    '20260103',
    0,
    -1767436200,
    1e15,
    Number.NaN,
    true,
    {},
  ])('%p is none', (value) => {
    expect(read(value)).toBeInstanceOf(Unreadable);
  });

  it('is read or not, and never thrown at, whatever is sent', () => {
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.stringMatching(/^[\d :.+TZ/-]{0,40}$/u)), (value) => {
        const time = read(value);
        expect(time instanceof Unreadable || (time instanceof Date && !Number.isNaN(time.getTime()))).toBe(
          true,
        );
      }),
      { numRuns: 2000 },
    );
  });
});
