import { api } from '../../api/api.js';
import { type Asked, type Days, daysAfter } from './period/period.js';
import type { Figures, Kpi } from './types.js';

/** The same weekday, so many weeks before; as many as on the wallboard. */
const WEEKS = [1, 2, 3, 4, 5, 6, 7, 8];

export interface Report {
  readonly queues: Kpi;
  readonly agents: Kpi;
  /** By hour of one day, by day of several. */
  readonly course: Kpi;
}

export function isOneDay({ from, to }: Days): boolean {
  return from === to;
}

function kpi(by: string, asked: Asked, days: Days): Promise<Kpi> {
  const { serviceLevelSeconds, shortAbandonSeconds } = asked;
  return api.get(
    `telephony/reports/kpi?${new URLSearchParams({ by, ...days, serviceLevelSeconds, shortAbandonSeconds })}`,
  );
}

/** @param days as `daysOf` has them, which bounds how many they are */
export async function readReport(asked: Asked, days: Days): Promise<Report> {
  const [queues, agents, course] = await Promise.all([
    kpi('queue', asked, days),
    kpi('agent', asked, days),
    kpi(isOneDay(days) ? 'hour' : 'day', asked, days),
  ]);
  return { queues, agents, course };
}

/** Offered calls of each hour, the mean of the same weekday in the eight weeks before, of the days with calls. */
export async function readUsualHours(asked: Asked, day: string): Promise<ReadonlyMap<number, number>> {
  const before = await Promise.all(
    WEEKS.map((week) => {
      const then = daysAfter(day, -7 * week);
      return kpi('hour', asked, { from: then, to: then });
    }),
  );
  // Days before the first call say nothing of what is usual.
  const known = before.filter(({ total, builtFrom }) => builtFrom === null && total.offered > 0);
  const means = new Map<number, number>();
  for (const { items } of known) {
    for (const { key, offered } of items) {
      means.set(Number(key), (means.get(Number(key)) ?? 0) + offered / known.length);
    }
  }
  return means;
}

/** Each hour of the day or each day of the period once, those without calls too. */
export function courseOf(
  report: Report,
): readonly { readonly key: string | number; readonly figures: Figures | null }[] {
  const { from, to, items } = report.course;
  const found = new Map(items.map((figures) => [String(figures.key), figures]));
  const keys: (string | number)[] = [];
  if (isOneDay(report.course)) keys.push(...Array.from({ length: 24 }, (_, hour) => hour));
  else for (let day = from; day <= to; day = daysAfter(day, 1)) keys.push(day);
  return keys.map((key) => ({ key, figures: found.get(String(key)) ?? null }));
}
