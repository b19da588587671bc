import { setTimeout as delay } from 'node:timers/promises';
import type { DataSource, EntityManager } from 'typeorm';
import { pipelined, sqlStateOf } from '../transaction.js';
import { PreparedStatement } from './prepared-statement.js';

const STATEMENT_TIMEOUT = '57014';

const LIMIT_TRANSACTION = new PreparedStatement(
  'limit-transaction',
  `SELECT set_config('statement_timeout', $1, true), set_config('transaction_read_only', 'on', true)`,
);

/** What was read in time, or the word that it was not. */
export type LimitedRead<T> = { readonly isLate: false; readonly value: T } | { readonly isLate: true };

const LATE = { isLate: true } as const;

/**
 * Reads by prepared statements in a transaction of its own, and answers after a time in any case. The time includes the wait for a connection.
 * What is late is ended by the same limit on each of its statements, and its connection returns to the pool.
 * @param limitMs milliseconds
 * @throws what `work` throws in time
 */
export async function readWithin<T>(
  dataSource: DataSource,
  limitMs: number,
  work: (manager: EntityManager) => Promise<T>,
): Promise<LimitedRead<T>> {
  const timer = new AbortController();
  let isOver = false;
  const reading = dataSource.transaction(async (manager): Promise<LimitedRead<T>> => {
    // The connection came too late: nobody waits for the result.
    if (isOver) return LATE;
    const [, value] = await pipelined([LIMIT_TRANSACTION.run(manager, [String(limitMs)]), work(manager)]);
    return { isLate: false, value };
  });
  const read = reading.catch((error: unknown): LimitedRead<T> => {
    // After the limit nobody hears of an error any more.
    if (isOver || sqlStateOf(error) === STATEMENT_TIMEOUT) return LATE;
    throw error;
  });
  const limit = delay(limitMs, LATE, { signal: timer.signal }).catch((): LimitedRead<T> => LATE);
  try {
    return await Promise.race([read, limit]);
  } finally {
    isOver = true;
    timer.abort();
  }
}
