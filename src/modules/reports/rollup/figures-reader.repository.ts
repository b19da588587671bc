import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import type { EntityManager } from 'typeorm';
import { telephonyConfig } from '../../../config/namespaces/telephony.config.js';
import { pipelined } from '../../../database/transaction.js';
import { ReportsDatabase } from '../pool/reports-database.repository.js';
import { BY, type FigureQuery, kindOf } from './figure-kinds.js';
import { type BuiltDays, type Coverage, coverageOf, spansOf } from './figures-coverage.js';
import { measuredCalls } from './measured-calls.js';
import { columnOf, DEFINITION, type Measure } from './measures.js';
import type { DayRange } from './report-days.js';

export interface FigureRow {
  /** An hour (0 to 23) and a day of the week (1 Monday to 7) are numbers, a day is `YYYY-MM-DD`; null: none is known. */
  readonly key: string | number | null;
  /** Of the measures that were asked for. */
  readonly values: Readonly<Record<Measure, number>>;
}

export interface Figures {
  /** The rows of each query. `none` has one row, also without a call; the others have rows of keys with calls. */
  readonly results: readonly (readonly FigureRow[])[];
  /** Not null: days before this one are not counted, because they are not built yet. */
  readonly builtFrom: string | null;
}

/**
 * Which days of a range are built: the closed ones without a mark, and the frozen ones. Before the first call there is
 * nothing to count, nor after the last one.
 */
const BUILT_DAYS = `
  WITH state AS (
    SELECT frozen_through, CASE WHEN definition = $2 AND zone = $1 THEN closed_through END AS closed_through
      FROM telephony_figure_state)
  SELECT (SELECT greatest(closed_through, frozen_through)::text FROM state) AS "builtThrough",
         ARRAY(
           SELECT m.day::text FROM telephony_figure_marks m CROSS JOIN state
            WHERE m.day BETWEEN $3::date AND least($4::date, state.closed_through)
              AND (state.frozen_through IS NULL OR m.day > state.frozen_through)
           UNION
           SELECT day::date::text
             FROM state
            CROSS JOIN (SELECT (min(started_at) AT TIME ZONE $1)::date AS first,
                               (max(started_at) AT TIME ZONE $1)::date AS last FROM telephony_calls) AS calls
            CROSS JOIN LATERAL generate_series(
                    greatest($3::date, state.closed_through + 1, state.frozen_through + 1, calls.first)::timestamp,
                    least($4::date, calls.last)::timestamp, interval '1 day') AS day
            WHERE calls.last IS NOT NULL
           ORDER BY 1) AS live`;

/** Collects the values of a statement, in the order of its `$1`, `$2`, … */
class Parameters {
  readonly values: unknown[] = [];

  add(value: unknown): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }
}

/**
 * Reads figures: what is built of the closed days, and the same measures of the calls of the other days, in one snapshot.
 * So an answer equals a count of all calls at that moment, whatever the job has done by then.
 */
@Injectable()
export class FiguresReader {
  constructor(
    private readonly database: ReportsDatabase,
    @Inject(telephonyConfig.KEY) private readonly config: ConfigType<typeof telephonyConfig>,
  ) {}

  read(range: DayRange, queries: readonly FigureQuery[]): Promise<Figures> {
    return this.database.read((manager) => this.readIn(manager, range, queries));
  }

  /** The same in a transaction of {@link ReportsDatabase}, with what else is read in it. */
  async readIn(manager: EntityManager, range: DayRange, queries: readonly FigureQuery[]): Promise<Figures> {
    const [built] = await manager.query<BuiltDays[]>(BUILT_DAYS, [
      this.config.businessTimeZone,
      DEFINITION,
      range.from,
      range.to,
    ]);
    if (built === undefined) throw new Error('The state of the figures is not there');
    const coverage = coverageOf(range, built);
    const results = await pipelined(queries.map((query) => this.rowsOf(manager, coverage, query)));
    return { results, builtFrom: coverage.builtFrom };
  }

  private async rowsOf(manager: EntityManager, coverage: Coverage, query: FigureQuery): Promise<FigureRow[]> {
    const parameters = new Parameters();
    const sources = [this.builtRows(parameters, coverage, query)];
    if (coverage.live.length > 0) sources.push(this.liveRows(parameters, coverage, query));
    const columns = query.measures.map(
      (measure) => `coalesce(sum(${columnOf(measure)}), 0)::float8 AS "${measure}"`,
    );
    const rows = await manager.query<(Record<Measure, number> & Pick<FigureRow, 'key'>)[]>(
      `SELECT key${columns.map((column) => `,\n       ${column}`).join('')}
         FROM (${sources.join('\n       UNION ALL\n')}) AS counted
        GROUP BY key ORDER BY key NULLS LAST`,
      parameters.values,
    );
    const read = rows.map(({ key, ...values }) => ({ key, values }));
    return query.by === 'none' && read.length === 0 ? [{ key: null, values: zerosOf(query.measures) }] : read;
  }

  private builtRows(
    parameters: Parameters,
    { from, to, live, builtThrough }: Coverage,
    query: FigureQuery,
  ): string {
    return `
      SELECT ${selected(query)} FROM telephony_figures figures
       WHERE figures.kind = ${parameters.add(kindOf(query))}
         AND figures.day BETWEEN ${parameters.add(from)}::date AND ${parameters.add(to)}::date
         AND figures.day <= ${parameters.add(builtThrough)}::date
         AND figures.day <> ALL (${parameters.add(live)}::date[])${ofAgent(parameters, query)}`;
  }

  private liveRows(parameters: Parameters, { live }: Coverage, query: FigureQuery): string {
    const zone = parameters.add(this.config.businessTimeZone);
    const begin = (day: string, days: number): string =>
      `(${parameters.add(day)}::date + ${days})::timestamp AT TIME ZONE ${zone}`;
    const spans = spansOf(live).map(
      ({ from, to }) => `(call.started_at >= ${begin(from, 0)} AND call.started_at < ${begin(to, 1)})`,
    );
    const onlyFailed = query.by === 'reason' ? `AND call.status = 'failed'` : '';
    return `
      SELECT ${selected(query)}
        FROM (${measuredCalls(query.measures, zone, `(${spans.join(' OR ')}) ${onlyFailed}`)}) AS figures
       WHERE true${ofAgent(parameters, query)}`;
  }
}

function selected({ by, measures }: FigureQuery): string {
  return [`${BY[by].key} AS key`, ...measures.map((measure) => `figures.${columnOf(measure)}`)].join(', ');
}

function ofAgent(parameters: Parameters, { agentUserId }: FigureQuery): string {
  return agentUserId === undefined ? '' : ` AND figures.user_id = ${parameters.add(agentUserId)}`;
}

function zerosOf(measures: readonly Measure[]): Record<Measure, number> {
  return Object.fromEntries(measures.map((measure) => [measure, 0])) as Record<Measure, number>;
}
