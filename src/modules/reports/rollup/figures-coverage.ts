import type { DayRange } from './report-days.js';

/** Most days that one request computes from the calls themselves: a month, and so bounded in time. */
export const MAX_LIVE_DAYS = 31;

/** Which days of a range are built. */
export interface BuiltDays {
  /** What is stored of later days is not by the present definition, or not complete; null: of all days. */
  readonly builtThrough: string | null;
  /** The days of the range that are not built, in their order. */
  readonly live: readonly string[];
}

/** How the days of a range are answered. */
export interface Coverage extends BuiltDays {
  /** The first day that is counted. */
  readonly from: string;
  readonly to: string;
  /** Not null: days before this one are left out, because too many of them are not built yet. */
  readonly builtFrom: string | null;
}

/** Counts the newest {@link MAX_LIVE_DAYS} of the days that are not built, and what is built since the first of them. */
export function coverageOf(range: DayRange, { builtThrough, live }: BuiltDays): Coverage {
  const counted = live.slice(-MAX_LIVE_DAYS);
  const [first = range.from] = counted;
  const isCut = counted.length < live.length;
  return {
    from: isCut ? first : range.from,
    to: range.to,
    builtThrough,
    live: counted,
    builtFrom: isCut ? first : null,
  };
}

/** Joins days that follow each other. */
export function spansOf(days: readonly string[]): DayRange[] {
  const spans: { from: string; to: string }[] = [];
  for (const day of days) {
    const last = spans.at(-1);
    if (last !== undefined && dayAfter(last.to) === day) last.to = day;
    else spans.push({ from: day, to: day });
  }
  return spans;
}

function dayAfter(day: string): string {
  const next = new Date(`${day}T00:00:00Z`);
  next.setUTCDate(next.getUTCDate() + 1);
  return next.toISOString().slice(0, 10);
}
