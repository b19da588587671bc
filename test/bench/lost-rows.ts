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

export interface Acknowledged {
  readonly writer: ServerName;
  /** Whether there was no row before. */
  readonly isEmptied: boolean;
  readonly load: Pick<Load, 'workload' | 'succeeded' | 'calls' | 'misses'>;
}

export interface LostRows {
  readonly table: Table;
  readonly count: number;
}

/** Rows that should be there by what was acknowledged, and are not. */
export function lostRows(
  { writer, isEmptied, load }: Acknowledged,
  before: RowCounts,
  after: RowCounts,
): LostRows[] {
  const due = rowsDue(load, isEmptied);
  return WRITTEN_BY[writer]
    .map((table) => ({ table, count: due[table] - (after[table] - before[table]) }))
    .filter(({ count }) => count > 0);
}

function rowsDue(
  { workload, succeeded, calls, misses }: Acknowledged['load'],
  isEmptied: boolean,
): RowCounts {
  switch (workload) {
    case 'calls':
      // Among many calls a customer may have a task that waits already, and the miss is noted there.
      return { receipts: succeeded, calls, tasks: isEmptied ? misses : 0 };
    case 'clicks':
      return { receipts: 0, calls: succeeded, tasks: 0 };
    case 'forged':
      return { receipts: 0, calls: 0, tasks: 0 };
  }
}
