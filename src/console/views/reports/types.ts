import type { KpiFigures } from '../../../client/wire.js';

/** Figures of `GET /api/telephony/reports/kpi` of one key. */
export interface Figures extends KpiFigures {
  /** What they are of: a queue, an agent’s user id, an hour, a day; null: of calls that name none, and of the total. */
  readonly key: string | number | null;
  /** Of figures that are calls, the query of the call log that lists them; null: the log has no such filter. */
  readonly links: Readonly<Partial<Record<string, string>>> | null;
}

export interface Kpi {
  readonly from: string;
  readonly to: string;
  readonly serviceLevelSeconds: number;
  readonly shortAbandonSeconds: number;
  /** Not null: figures of days before are not there yet. */
  readonly builtFrom: string | null;
  readonly formulas: Readonly<Record<string, string>>;
  readonly total: Figures;
  readonly items: readonly Figures[];
}
