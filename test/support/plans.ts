import { jest } from '@jest/globals';
import type { DataSource, QueryRunner } from 'typeorm';

/** A statement as the service issued it. */
export interface Statement {
  readonly sql: string;
  readonly parameters: Parameters<DataSource['query']>[1];
}

/** How a statement finds rows in a table. */
export interface Scan extends Statement {
  readonly table: string;
  /** Node type in PostgreSQL's plan, such as `Seq Scan`. */
  readonly kind: string;
  /** Of an index only a part is read: the part that a condition selects. */
  readonly selective: boolean;
  readonly rowsRead: number;
  /** Whether parallel workers share the scan. */
  readonly parallel: boolean;
}

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Cond'?: string;
  readonly 'Recheck Cond'?: string;
  readonly 'Parallel Aware': boolean;
  readonly 'Actual Rows': number;
  readonly 'Actual Loops': number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Rows Removed by Index Recheck'?: number;
  readonly Plans?: readonly PlanNode[];
}

/** Statements that search for rows during `work`, each once per set of parameters. */
export async function statementsDuring(
  dataSources: readonly DataSource[],
  work: () => Promise<unknown>,
): Promise<Statement[]> {
  const statements = new Map<string, Statement>();
  const spies = dataSources.map(({ logger }) =>
    jest.spyOn(logger, 'logQuery').mockImplementation((sql, parameters) => {
      // Inserted rows exist already and cannot be inserted again.
      if (/^\s*(?:SELECT|UPDATE|DELETE|WITH)\b/u.test(sql) && !sql.includes('INSERT INTO')) {
        statements.set(JSON.stringify([sql, parameters]), { sql, parameters });
      }
    }),
  );
  try {
    await work();
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
  return [...statements.values()];
}

/** Executes the statements again in a transaction that is rolled back. @returns how PostgreSQL found their rows */
export async function scansOf(db: DataSource, statements: readonly Statement[]): Promise<Scan[]> {
  const scans: Scan[] = [];
  const runner = db.createQueryRunner();
  try {
    for (const statement of statements) {
      const plan = await planOf(runner, statement);
      scans.push(...nodesOf(plan).flatMap((node) => scanBy(node, statement)));
    }
  } finally {
    await runner.release();
  }
  return scans;
}

/**
 * EXPLAIN of a statement with parameters plans for their values. The service plans for all values, so the statement is
 * prepared first. Binary parameters have no literal; their statements are planned for the values.
 */
async function planOf(runner: QueryRunner, { sql, parameters = [] }: Statement): Promise<PlanNode> {
  const literals = Object.values(parameters).map(literalOf);
  const isPrepared = literals.length > 0 && !literals.includes(null);
  const [explained, values] = isPrepared
    ? [`EXECUTE explained (${literals.join(', ')})`, []]
    : [sql, parameters];
  await runner.startTransaction();
  try {
    if (isPrepared) await runner.query(`PREPARE explained AS ${sql}`);
    const rows: [{ 'QUERY PLAN': [{ Plan: PlanNode }] }] = await runner.query(
      `EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ${explained}`,
      values,
    );
    return rows[0]['QUERY PLAN'][0].Plan;
  } finally {
    await runner.rollbackTransaction();
    if (isPrepared) await runner.query('DEALLOCATE explained');
  }
}

function literalOf(value: unknown): string | null {
  if (value === null || typeof value === 'number') return String(value);
  if (typeof value === 'string') return quoted(value);
  if (value instanceof Date) return quoted(value.toISOString());
  if (!Array.isArray(value)) return null;
  return quoted(`{${value.map((each) => JSON.stringify(each)).join(',')}}`);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function scanBy(node: PlanNode, statement: Statement): Scan[] {
  const { 'Node Type': kind, 'Relation Name': table } = node;
  if (!kind.endsWith('Scan') || table === undefined || table.startsWith('pg_')) return [];
  // Of a bitmap the condition is with the index that it is made of, where rows are compared with pairs of values.
  const selective = (kind === 'Bitmap Heap Scan' ? nodesOf(node) : [node]).some(
    (each) => (each['Index Cond'] ?? each['Recheck Cond']) !== undefined,
  );
  return [
    { ...statement, table, kind, selective, rowsRead: rowsReadBy(node), parallel: node['Parallel Aware'] },
  ];
}

function nodesOf(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(nodesOf)];
}

function rowsReadBy(node: PlanNode): number {
  const perLoop =
    node['Actual Rows'] +
    (node['Rows Removed by Filter'] ?? 0) +
    (node['Rows Removed by Index Recheck'] ?? 0);
  return perLoop * node['Actual Loops'];
}
