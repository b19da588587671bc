import { isDay } from '../../../parts/fields/days.js';

/** What the address may name as `period`; `days` are those of `from` and `to`. */
export const PERIODS = ['today', 'week', 'thirty', 'month', 'days'] as const;
export type Period = (typeof PERIODS)[number];

/** Seconds at which waits are counted: each can be a threshold. */
export const EDGES = ['5', '10', '15', '20', '30', '45', '60', '120'];

/** Ten years: more days cannot be told apart in a chart. */
const MOST_DAYS = 3653;
const DAY_MS = 86_400_000;

/** Days `YYYY-MM-DD`, both included. */
export interface Days {
  readonly from: string;
  readonly to: string;
}

/** What a report is asked for. */
export interface Asked {
  readonly period: Period;
  /** Of the period `days`, `YYYY-MM-DD`; '' while it is not chosen. */
  readonly from: string;
  readonly to: string;
  readonly serviceLevelSeconds: string;
  readonly shortAbandonSeconds: string;
}

export function askedIn(query: string): Asked {
  const given = new URLSearchParams(query);
  const among = <T extends string>(name: string, values: readonly T[], otherwise: T): T =>
    values.find((value) => value === given.get(name)) ?? otherwise;
  const day = (name: string): string => (isDay(given.get(name) ?? '') ? (given.get(name) ?? '') : '');
  return {
    period: among('period', PERIODS, 'today'),
    from: day('from'),
    to: day('to'),
    serviceLevelSeconds: among('serviceLevelSeconds', EDGES, '20'),
    shortAbandonSeconds: among('shortAbandonSeconds', EDGES, '5'),
  };
}

/** As the address has it: without what goes without saying. */
export function queryOf(asked: Asked): string {
  const plain = askedIn('');
  const named = Object.entries(asked).filter(([name, value]) => value !== plain[name as keyof Asked]);
  return new URLSearchParams(named).toString();
}

/** @param day `YYYY-MM-DD` @returns the day so many days later */
export function daysAfter(day: string, days: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** First and last day, of the last {@link MOST_DAYS} at most. @param today `YYYY-MM-DD` */
export function daysOf({ period, from, to }: Asked, today: string): Days {
  switch (period) {
    case 'today':
      return { from: today, to: today };
    case 'week':
      return { from: daysAfter(today, -6), to: today };
    case 'thirty':
      return { from: daysAfter(today, -29), to: today };
    case 'month':
      return { from: `${today.slice(0, 8)}01`, to: today };
    case 'days': {
      const last = to === '' ? today : to;
      const earliest = daysAfter(last, 1 - MOST_DAYS);
      if (from === '' || from > last) return { from: last, to: last };
      return { from: from < earliest ? earliest : from, to: last };
    }
  }
}
