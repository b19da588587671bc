import { setTimeout as delay } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import type { ClientBase } from 'pg';
import { type DataSource, type EntityManager, QueryFailedError, type QueryRunner } from 'typeorm';

const ATTEMPTS = 5;
/** Higher than ATTEMPTS: concurrent batches of other instances can invalidate the same transaction several times. */
const OUTDATED_ATTEMPTS = 10;

/** SQLSTATEs that are worth a retry: serialization failure, deadlock, lock not available. */
const TRANSIENT = new Set(['40001', '40P01', '55P03']);
/** Unique keys that two concurrent transactions may insert, because neither sees the row of the other. */
const CONCURRENT_KEYS: ReadonlySet<unknown> = new Set([
  'uq_telephony_calls_provider_external_call_id',
  'uq_telephony_webhook_receipts_provider_delivery_id',
]);
/** SQLSTATE of all statements that follow a failed one in the same transaction. */
const TRANSACTION_FAILED = '25P02';
const CRM_TASKS = 'crm_call_tasks';
const UNIQUE_VIOLATION = '23505';

/** Thrown inside a transaction when data that it read before it took its locks has changed since. */
export class OutdatedTransactionError extends Error {
  override readonly name = 'OutdatedTransactionError';
}

/**
 * Runs `work` in one transaction and retries it after a conflict with another transaction: a deadlock, a unique key that
 * the other one inserted first, or an OutdatedTransactionError. Because of the retries `work` must have no side effects
 * outside of the database. It must use only the given manager: in a pool of one connection any other would wait for ever.
 */
export async function inTransaction<T>(
  dataSource: DataSource,
  work: (manager: EntityManager) => Promise<T>,
): Promise<T> {
  let outdated = 0;
  let failures = 0;
  for (;;) {
    try {
      return await attempt(dataSource, work);
    } catch (error) {
      if (error instanceof OutdatedTransactionError) {
        outdated += 1;
        if (outdated === OUTDATED_ATTEMPTS) throw error;
        // Retry at once: waiting does not help, because another transaction may change the data again meanwhile.
        continue;
      }
      failures += 1;
      if (failures === ATTEMPTS || !isRetryable(error)) throw error;
      await delay(Math.random() * 10 * failures);
    }
  }
}

async function attempt<T>(dataSource: DataSource, work: (manager: EntityManager) => Promise<T>): Promise<T> {
  const callbacks: AfterCommit[] = [];
  const result = await dataSource.transaction(async (manager) => {
    const { queryRunner } = manager;
    if (queryRunner !== undefined) afterCommits.set(queryRunner, callbacks);
    try {
      const done = await work(manager);
      await assertCommittable(manager);
      return done;
    } finally {
      if (queryRunner !== undefined) afterCommits.delete(queryRunner);
    }
  });
  for (const callback of callbacks) runAfterCommit(callback);
  return result;
}

type AfterCommit = () => void;

/** Callbacks of the transactions that `inTransaction` runs now. */
const afterCommits = new WeakMap<QueryRunner, AfterCommit[]>();

/**
 * Calls `callback` when the transaction of `manager` is committed, after callbacks that were given before; never when it
 * fails. When the connection is lost during the COMMIT, nobody knows whether it was committed: the callback is not called.
 * @throws Error when `manager` is not that of work that `inTransaction` runs
 */
export function afterCommit({ queryRunner }: EntityManager, callback: AfterCommit): void {
  const callbacks = queryRunner && afterCommits.get(queryRunner);
  if (callbacks === undefined) throw new Error('afterCommit() is for the work of inTransaction()');
  callbacks.push(callback);
}

/** An error must not reach who asked for the transaction: it would be taken for a failure, although all is stored. */
function runAfterCommit(callback: AfterCommit): void {
  try {
    callback();
  } catch (error) {
    new Logger('Database').error('What follows a commit has failed', error);
  }
}

/** Query runners of which a statement has failed: PostgreSQL ignores all further statements of their transactions. */
const failedRunners = new WeakSet<QueryRunner>();

/** To be called by who runs a statement outside of TypeORM when it fails. */
export function markTransactionFailed(queryRunner: QueryRunner): void {
  failedRunners.add(queryRunner);
}

/**
 * PostgreSQL answers the COMMIT of a failed transaction with ROLLBACK, and TypeORM takes that for success. Without this
 * check, work that swallows the error of a statement would be reported as stored.
 */
async function assertCommittable({ queryRunner }: EntityManager): Promise<void> {
  if (queryRunner === undefined) return;
  const client = (await queryRunner.connect()) as ClientBase;
  if (failedRunners.has(queryRunner) || client.getTransactionStatus() === 'E') {
    throw new Error('A statement of this transaction failed: it cannot be committed');
  }
}

/**
 * Like `Promise.all`, for statements of one transaction that were sent without waiting for each other. It waits for all of
 * them, and throws the error that failed the transaction, not the 25P02 errors of the statements after it.
 */
export async function pipelined<const Statements extends readonly unknown[]>(
  statements: Statements,
): Promise<{ -readonly [Index in keyof Statements]: Awaited<Statements[Index]> }> {
  const failures: unknown[] = [];
  const results = await Promise.all(
    statements.map(async (statement) => {
      try {
        return await statement;
      } catch (error) {
        failures.push(error);
        return undefined;
      }
    }),
  );
  if (failures.length > 0)
    throw failures.find((error) => sqlStateOf(error) !== TRANSACTION_FAILED) ?? failures[0];
  return results as { -readonly [Index in keyof Statements]: Awaited<Statements[Index]> };
}

function isRetryable(error: unknown): boolean {
  const state = sqlStateOf(error);
  return state !== null && (TRANSIENT.has(state) || isConcurrentInsert(error));
}

function isConcurrentInsert(error: unknown): boolean {
  if (!(error instanceof QueryFailedError)) return false;
  const { constraint, table } = error.driverError as { constraint?: unknown; table?: unknown };
  // Any unique key of crm_call_tasks: the CRM chose their names, and it may insert explicit ids.
  return CONCURRENT_KEYS.has(constraint) || (table === CRM_TASKS && sqlStateOf(error) === UNIQUE_VIOLATION);
}

/** The SQLSTATE of a failed statement; null when the error does not come from a statement. */
export function sqlStateOf(error: unknown): string | null {
  if (!(error instanceof QueryFailedError)) return null;
  const { code } = error.driverError as { code?: unknown };
  return typeof code === 'string' ? code : null;
}
