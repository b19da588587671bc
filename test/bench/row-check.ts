import type { RowCounts } from './databases.js';
import type { Load } from './load/load-generator.js';
import type { ServerName } from './server-process.js';

type Table = keyof RowCounts;

/** Tables to which each server writes acknowledged events. */
const WRITTEN_BY: Readonly<Record<ServerName, readonly Table[]>> = {
  ours: ['receipts', 'calls', 'tasks'],
  peer: ['receipts', 'calls', 'tasks'],
  baseline: ['receipts', 'calls', 'tasks'],
  refusal: [],
};

type LoadFacts = Pick<Load, 'workload' | 'succeeded' | 'refused' | 'failed' | 'calls' | 'missedCustomers'>;

export interface Acknowledged {
  readonly writer: ServerName;
  /** Whether the tables were empty before the load. */
  readonly isEmptied: boolean;
  readonly load: LoadFacts;
}

interface Rows {
  readonly table: Table;
  readonly count: number;
}

export interface RowCheck {
  /** Rows that were acknowledged but do not exist. */
  readonly missing: readonly Rows[];
  /** Rows without an acknowledgement: something was written twice. Only checked if all requests were acknowledged. */
  readonly unexpected: readonly Rows[];
}

/** Compares the number of new rows with the acknowledged requests. */
export function checkRows(
  { writer, isEmptied, load }: Acknowledged,
  before: RowCounts,
  after: RowCounts,
): RowCheck {
  const expected = expectedRows(load, isEmptied);
  const differences = WRITTEN_BY[writer].map((table) => ({
    table,
    count: after[table] - before[table] - expected[table],
  }));
  const isAllAcknowledged = load.refused === 0 && load.failed === 0;
  return {
    missing: differences
      .filter(({ count }) => count < 0)
      .map(({ table, count }) => ({ table, count: -count })),
    // Not for tasks: a customer who is missed again after having been reached gets another task.
    unexpected: differences.filter(({ table, count }) => isAllAcknowledged && table !== 'tasks' && count > 0),
  };
}

function expectedRows(
  { workload, succeeded, calls, missedCustomers }: LoadFacts,
  isEmptied: boolean,
): RowCounts {
  switch (workload) {
    case 'calls':
      // On a full database a customer may have a pending task already, to which the miss is added.
      return { receipts: succeeded, calls, tasks: isEmptied ? missedCustomers : 0 };
    case 'clicks':
      return { receipts: 0, calls: succeeded, tasks: 0 };
    case 'forged':
      return { receipts: 0, calls: 0, tasks: 0 };
  }
}
