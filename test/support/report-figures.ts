/** Figures of a report as `GET /api/telephony/reports/kpi` has them. */
export function figuresOf(key: string | number | null, offered: number, over: object = {}): object {
  const lost = Math.floor(offered / 10);
  const filter = `from=2026-01-03&to=2026-01-03${key === null ? '' : `&queueName=${key}`}`;
  return {
    key,
    offered,
    answered: offered - lost,
    lost,
    lostBy: { missed: lost, abandoned: 0, busy: 0, failed: 0 },
    shortAbandoned: 0,
    answeredInTime: offered - lost,
    answerRate: offered === 0 ? null : (offered - lost) / offered,
    serviceLevel: offered === 0 ? null : 0.75,
    asaSeconds: offered === 0 ? null : 9.5,
    ahtSeconds: offered === 0 ? null : 180.2,
    dialled: 4,
    reached: 3,
    recorded: 0,
    inferredEnds: 0,
    calledBack: lost,
    recovered: lost,
    firstAttemptSeconds: lost === 0 ? null : 65,
    links: Object.fromEntries(
      ['offered', 'lost', 'reached'].map((figure) => [figure, `figure=${figure}&${filter}`]),
    ),
    ...over,
  };
}

/** Calls that came in, by what is asked for. */
export type Offered = (
  by: string,
  from: string,
  to: string,
) => readonly (readonly [string | number | null, number])[];

/** The answer to one request for a report. */
export function kpiOf(query: URLSearchParams, offered: Offered, over: object = {}): object {
  const [by, from, to] = ['by', 'from', 'to'].map((name) => query.get(name) ?? '') as [
    string,
    string,
    string,
  ];
  const items = offered(by, from, to);
  const total = items.reduce((sum, [, count]) => sum + count, 0);
  return {
    from,
    to,
    timeZone: 'Asia/Dhaka',
    by,
    serviceLevelSeconds: Number(query.get('serviceLevelSeconds')),
    shortAbandonSeconds: Number(query.get('shortAbandonSeconds')),
    builtFrom: null,
    formulas: { answerRate: 'answered / offered' },
    total: figuresOf(null, total, total === 0 ? { dialled: 0, reached: 0 } : {}),
    items: items.map(([key, count]) => figuresOf(key, count)),
    ...over,
  };
}
