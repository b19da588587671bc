import type { DayRange } from '../rollup/report-days.js';

/** Figures that are a list of calls, by their names in the filter `figure` of the call log. */
export const LINKED_FIGURES = [
  'offered',
  'answered',
  'lost',
  'lostMissed',
  'lostAbandoned',
  'lostBusy',
  'lostFailed',
  'dialled',
  'reached',
  'recorded',
] as const;

export type KpiLinks = Record<(typeof LINKED_FIGURES)[number], string>;

export const KPI_BY = ['none', 'queue', 'extension', 'agent', 'team', 'hour', 'weekday', 'day'] as const;
export type KpiBy = (typeof KPI_BY)[number];

/** The filter of the call log for the calls of a key; null: the log has none for it. */
function filterOf(by: KpiBy, key: string | number | null, range: DayRange): Record<string, string> | null {
  switch (by) {
    case 'none':
      return { ...range };
    case 'day':
      return { from: String(key), to: String(key) };
    case 'hour':
    case 'weekday':
      return { [by]: String(key), ...range };
    case 'queue':
      return { queueName: String(key ?? '-'), ...range };
    case 'extension':
      return { extension: String(key ?? '-'), ...range };
    case 'agent':
      return key === null ? null : { agentUserId: String(key), ...range };
    case 'team':
      return null;
  }
}

/** Query strings of `GET /api/telephony/calls` for the calls behind the figures of one key. */
export function linksOf(by: KpiBy, key: string | number | null, range: DayRange): KpiLinks | null {
  const filter = filterOf(by, key, range);
  if (filter === null) return null;
  return Object.fromEntries(
    LINKED_FIGURES.map((figure) => [figure, new URLSearchParams({ figure, ...filter }).toString()]),
  ) as KpiLinks;
}
