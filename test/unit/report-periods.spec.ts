import { isDay } from '../../src/console/parts/fields/days.js';
import { askedIn, daysOf, queryOf } from '../../src/console/views/reports/period/period.js';

const TODAY = '2026-03-15';

describe('the period of a report in the address', () => {
  it.each([
    ['', { from: TODAY, to: TODAY }],
    ['period=week', { from: '2026-03-09', to: TODAY }],
    ['period=thirty', { from: '2026-02-14', to: TODAY }],
    ['period=month', { from: '2026-03-01', to: TODAY }],
    ['period=days&from=2026-01-03&to=2026-01-05', { from: '2026-01-03', to: '2026-01-05' }],
    ['period=days&from=2026-01-03', { from: '2026-01-03', to: TODAY }],
    ['period=days', { from: TODAY, to: TODAY }],
    ['period=days&from=2026-01-05&to=2026-01-03', { from: '2026-01-03', to: '2026-01-03' }],
  ])('%s is a first and a last day', (query, days) => {
    expect(daysOf(askedIn(query), TODAY)).toEqual(days);
  });

  it.each(['2026-13-01', '2026-02-31', '1999-12-31', '0202-01-01', '9999-12-31', '+010000-01-01', 'x', ''])(
    'counts for nothing where it names %p as a day',
    (day) => {
      expect(isDay(day)).toBe(false);
      const asked = askedIn(new URLSearchParams({ period: 'days', from: day, to: day }).toString());
      expect(daysOf(asked, TODAY)).toEqual({ from: TODAY, to: TODAY });
    },
  );

  it('takes the days of a leap year', () => {
    expect(isDay('2028-02-29')).toBe(true);
    expect(isDay('2026-02-29')).toBe(false);
  });

  it('has the last ten years at most', () => {
    expect(daysOf(askedIn('period=days&from=2000-01-01&to=2026-01-05'), TODAY)).toEqual({
      from: '2016-01-06',
      to: '2026-01-05',
    });
  });

  it('comes back from the address as it went in, without what goes without saying', () => {
    const query = 'period=days&from=2026-01-03&to=2026-01-05&serviceLevelSeconds=30';
    expect(queryOf(askedIn(query))).toBe(query);
    expect(queryOf(askedIn('period=today&serviceLevelSeconds=20&shortAbandonSeconds=7'))).toBe('');
  });
});
