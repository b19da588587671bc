import { hasBusinessDayBegun, readBusinessPeriod } from '../../src/common/time/business-hours.js';

const ZONE = 'Asia/Dhaka';
const periods = (...texts: string[]) => texts.flatMap((text) => readBusinessPeriod(text) ?? []);

describe('the beginning of a business day', () => {
  it.each([
    ['2026-01-04T08:59:59+06:00', false],
    ['2026-01-04T09:00:00+06:00', true],
    ['2026-01-04T23:59:59+06:00', true],
    ['2026-01-09T12:00:00+06:00', false],
    ['2026-01-10T00:00:00+06:00', false],
  ])('of sat-thu 09:00-21:00 has come at %s: %s', (time, begun) => {
    expect(hasBusinessDayBegun(periods('sat-thu 09:00-21:00'), new Date(time), ZONE)).toBe(begun);
  });

  it('is that of the first period of the day', () => {
    const hours = periods('15:00-21:00', '09:00-13:00');
    expect(hasBusinessDayBegun(hours, new Date('2026-01-04T10:00:00+06:00'), ZONE)).toBe(true);
  });

  it('does not come by the end of a period of the evening before', () => {
    const hours = periods('21:00-02:00');
    expect(hasBusinessDayBegun(hours, new Date('2026-01-04T01:00:00+06:00'), ZONE)).toBe(false);
  });

  it('is midnight in the business time zone where no hours are known', () => {
    expect(hasBusinessDayBegun([], new Date('2026-01-04T00:00:00+06:00'), ZONE)).toBe(true);
  });
});
