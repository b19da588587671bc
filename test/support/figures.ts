import type { EntityManager } from 'typeorm';
import { ReportsDatabase } from '../../src/modules/reports/pool/reports-database.repository.js';
import { BY, type By, type FigureQuery } from '../../src/modules/reports/rollup/figure-kinds.js';
import { type Figures, FiguresReader } from '../../src/modules/reports/rollup/figures-reader.repository.js';
import { measuredCalls } from '../../src/modules/reports/rollup/measured-calls.js';
import { columnOf, MEASURE_NAMES } from '../../src/modules/reports/rollup/measures.js';
import type { DayRange } from '../../src/modules/reports/rollup/report-days.js';
import type { TestApp } from './app.js';

export const ZONE = 'Asia/Dhaka';

/** Every measure, told apart in every way. */
const QUERIES: readonly FigureQuery[] = [
  ...(Object.keys(BY) as By[]).map((by) => ({ by, measures: MEASURE_NAMES })),
  { by: 'none', measures: MEASURE_NAMES, agentUserId: 7 },
  { by: 'reason', measures: MEASURE_NAMES, agentUserId: 7 },
];

interface Compared {
  readonly reported: Figures['results'];
  readonly counted: readonly unknown[];
}

/** What reports say of these days, and what a count of all calls says, of one snapshot. */
export function compareFigures(app: TestApp, range: DayRange): Promise<Compared> {
  return app.nest.get(ReportsDatabase).read(async (manager) => {
    const { results } = await app.nest.get(FiguresReader).readIn(manager, range, QUERIES);
    const counted: unknown[] = [];
    for (const query of QUERIES) counted.push(await countOf(manager, range, query));
    return { reported: results, counted };
  });
}

async function countOf(manager: EntityManager, range: DayRange, { by, agentUserId }: FigureQuery) {
  const conditions = [
    'figures.day BETWEEN $1::date AND $2::date',
    ...(by === 'reason' ? ['figures.reason IS NOT NULL'] : []),
    ...(agentUserId === undefined ? [] : [`figures.user_id = ${agentUserId}`]),
  ];
  const sums = MEASURE_NAMES.map(
    (measure) => `coalesce(sum(${columnOf(measure)}), 0)::float8 AS "${measure}"`,
  );
  const rows = await manager.query<Record<string, number>[]>(
    `SELECT key, ${sums.join(', ')}
       FROM (SELECT ${BY[by].key} AS key, figures.*
               FROM (${measuredCalls(MEASURE_NAMES, `'${ZONE}'`, 'true')}) AS figures
              WHERE ${conditions.join(' AND ')}) AS counted
      GROUP BY key ORDER BY key NULLS LAST`,
    [range.from, range.to],
  );
  const read = rows.map(({ key = null, ...values }) => ({ key, values }));
  const zeros = Object.fromEntries(MEASURE_NAMES.map((measure) => [measure, 0]));
  return by === 'none' && read.length === 0 ? [{ key: null, values: zeros }] : read;
}

/** As if no day had ever been closed. */
export async function forgetFigures(app: TestApp): Promise<void> {
  await app.db.query(`UPDATE telephony_figure_state
                         SET definition = 0, zone = '', closed_through = NULL, frozen_through = NULL`);
}
