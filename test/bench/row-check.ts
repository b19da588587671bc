import type { RowCounts } from './databases.js';
import type { Load } from './load/load-generator.js';
import type { ServerName } from './server-process.js';

type Table = keyof RowCounts;

/** Where each of the servers leaves what it acknowledges. */
const WRITTEN_BY: Readonly<Record<ServerName, readonly Table[]>> = {
  ours: ['receipts', 'calls', 'tasks'],
  peer: ['receipts', 'calls', 'tasks'],
  floor: ['receipts'],
  statement: ['receipts'],
  refusal: [],
};

type LoadFacts = Pick<Load, 'workload' | 'succeeded' | 'refused' | 'failed' | 'calls' | 'missedCustomers'>;

export interface Acknowledged {
  readonly writer: ServerName;
  /** Whether there was no row before. */
  readonly isEmptied: boolean;
  readonly load: LoadFacts;
}

interface Rows {
  readonly table: Table;
  readonly count: number;
}

export interface RowCheck {
  /** Rows that should be there by what was acknowledged, and are not. */
  readonly missing: readonly Rows[];
  /** Rows that nothing was acknowledged for, where all was: something was written twice. */
  readonly beyond: readonly Rows[];
}

/** Holds the rows that came about against what was acknowledged. */
export function checkRows(
  { writer, isEmptied, load }: Acknowledged,
  before: RowCounts,
  after: RowCounts,
): RowCheck {
  const due = rowsDue(load, isEmptied);
  const differences = WRITTEN_BY[writer].map((table) => ({
    table,
    count: after[table] - before[table] - due[table],
  }));
  const isAllAcknowledged = load.refused === 0 && load.failed === 0;
  return {
    missing: differences
      .filter(({ count }) => count < 0)
      .map(({ table, count }) => ({ table, count: -count })),
    // A customer who is missed again, after having been reached, has another task.
    beyond: differences.filter(({ table, count }) => isAllAcknowledged && table !== 'tasks' && count > 0),
  };
}

function rowsDue({ workload, succeeded, calls, missedCustomers }: LoadFacts, isEmptied: boolean): RowCounts {
  switch (workload) {
    case 'calls':
      // Among many calls a customer may have a task that waits already, and the miss is noted there.
      return { receipts: succeeded, calls, tasks: isEmptied ? missedCustomers : 0 };
    case 'clicks':
      return { receipts: 0, calls: succeeded, tasks: 0 };
    case 'forged':
      return { receipts: 0, calls: 0, tasks: 0 };
  }
}
