/** Figures of `GET /api/telephony/reports/kpi`. Rates are ratios from 0 to 1; null: there is nothing to divide by. */
export interface Figures {
  /** What they are of: a queue, an agent’s user id, an hour, a day; null: of calls that name none, and of the total. */
  readonly key: string | number | null;
  readonly offered: number;
  readonly answered: number;
  readonly lost: number;
  readonly lostBy: {
    readonly missed: number;
    readonly abandoned: number;
    readonly busy: number;
    readonly failed: number;
  };
  readonly shortAbandoned: number;
  readonly answeredInTime: number;
  readonly answerRate: number | null;
  readonly serviceLevel: number | null;
  readonly asaSeconds: number | null;
  readonly ahtSeconds: number | null;
  readonly dialled: number;
  readonly reached: number;
  readonly recorded: number;
  readonly inferredEnds: number;
  readonly calledBack: number;
  readonly recovered: number;
  readonly firstAttemptSeconds: number | null;
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
