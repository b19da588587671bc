import { DateTime } from 'luxon';

const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const PERIOD = /^(?:([a-z]{3})(?:-([a-z]{3}))? +)?(\d{2}):(\d{2})-(\d{2}):(\d{2})$/iu;
const MINUTES_OF_DAY = 24 * 60;

/** How far back a period is followed that goes on from day to day: longer than any silence that is looked for. */
const DAYS_BACK = 8;

/** One period of every week; it may end on the day after it begins. */
export interface BusinessPeriod {
  /** ISO days of the week on which it begins, 1 for Monday. */
  readonly days: readonly number[];
  /** Minutes after midnight. */
  readonly from: number;
  /** Minutes after the midnight before `from`; up to 48 hours. */
  readonly to: number;
}

/**
 * Reads `09:00-21:00` (every day), `sat-thu 09:00-21:00` or `fri 15:00-21:00`. An end at or before the start is on the next
 * day: `21:00-02:00`. null: it is neither.
 */
export function readBusinessPeriod(text: string): BusinessPeriod | null {
  const [matched, first, last, ...times] = PERIOD.exec(text.trim()) ?? [];
  if (matched === undefined) return null;
  const [fromHour = 0, fromMinute = 0, toHour = 0, toMinute = 0] = times.map(Number);
  const from = fromHour * 60 + fromMinute;
  const to = toHour * 60 + toMinute;
  const days = daysBetween(first, last);
  const isTime = fromMinute < 60 && toMinute < 60 && from < MINUTES_OF_DAY && to <= MINUTES_OF_DAY;
  if (days === null || !isTime || from === to) return null;
  return { days, from, to: to > from ? to : to + MINUTES_OF_DAY };
}

/**
 * When the business hours began in which a moment lies. Periods that touch are one: of hours around the clock it is eight
 * days before. null: it lies in none.
 */
export function businessHoursSince(
  periods: readonly BusinessPeriod[],
  now: Date,
  timeZone: string,
): Date | null {
  const today = DateTime.fromJSDate(now, { zone: timeZone }).startOf('day');
  const spans = Array.from({ length: DAYS_BACK + 1 }, (_, back) => today.minus({ days: back })).flatMap(
    (day) =>
      periods
        .filter(({ days }) => days.includes(day.weekday))
        .map(({ from, to }) => ({ from: timeOn(day, from), to: timeOn(day, to) })),
  );
  let since: number | null = null;
  for (const { from, to } of spans.sort((a, b) => b.to - a.to)) {
    if (since === null ? from <= Number(now) && Number(now) < to : from < since && since <= to) since = from;
  }
  return since === null ? null : new Date(since);
}

/**
 * Whether the business day of a moment has begun: the first period of that calendar day. Without periods every day is one,
 * from midnight on.
 */
export function hasBusinessDayBegun(
  periods: readonly BusinessPeriod[],
  now: Date,
  timeZone: string,
): boolean {
  if (periods.length === 0) return true;
  const today = DateTime.fromJSDate(now, { zone: timeZone }).startOf('day');
  return periods.some(({ days, from }) => days.includes(today.weekday) && timeOn(today, from) <= Number(now));
}

function timeOn(day: DateTime, minutes: number): number {
  const ofDay = minutes % MINUTES_OF_DAY;
  const date = day.plus({ days: Math.floor(minutes / MINUTES_OF_DAY) });
  return date.set({ hour: Math.floor(ofDay / 60), minute: ofDay % 60 }).toMillis();
}

function daysBetween(first: string | undefined, last: string | undefined): number[] | null {
  if (first === undefined) return DAYS.map((_, index) => index + 1);
  const from = indexOfDay(first);
  const to = indexOfDay(last ?? first);
  if (from < 0 || to < 0) return null;
  const count = ((to - from + DAYS.length) % DAYS.length) + 1;
  return Array.from({ length: count }, (_, index) => ((from + index) % DAYS.length) + 1);
}

function indexOfDay(name: string): number {
  return DAYS.findIndex((day) => day === name.toLowerCase());
}
