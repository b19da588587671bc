import { setTimeout as delay } from 'node:timers/promises';
import { type DataSource, type EntityManager, QueryFailedError } from 'typeorm';

const ATTEMPTS = 5;
/** Somebody else's batch may come in between again and again, though it becomes less likely each time. */
const ATTEMPTS_OF_OUTDATED = 10;

/** SQLSTATEs after which the same transaction may well succeed: serialization failure, deadlock, a row that is locked. */
const TRANSIENT = new Set(['40001', '40P01', '55P03']);
/** Keys that two transactions may reach for in one instant: neither has seen the other's row. */
const CONTESTED_KEYS: ReadonlySet<unknown> = new Set([
  'uq_telephony_calls_provider_external_call_id',
  'uq_telephony_webhook_receipts_provider_delivery_id',
]);
/** SQLSTATE of every statement behind one that failed. */
const TRANSACTION_FAILED = '25P02';
const CRM_TASKS = 'crm_call_tasks';
const UNIQUE_VIOLATION = '23505';

/** Thrown inside a transaction that finds what it looked at before it held its locks to have changed since. */
export class OutdatedTransactionError extends Error {
  override readonly name = 'OutdatedTransactionError';
}

/**
 * Runs `work` in one transaction, again if PostgreSQL gave it up for another's sake: a deadlock, or a unique key that
 * another transaction took between our look and our write. `work` must touch nothing but the database, through the
 * manager it is given: with one connection in the pool any other would wait for ever.
 */
export async function inTransaction<T>(
  dataSource: DataSource,
  work: (manager: EntityManager) => Promise<T>,
): Promise<T> {
  let outdated = 0;
  let givenUp = 0;
  for (;;) {
    try {
      return await dataSource.transaction(work);
    } catch (error) {
      if (error instanceof OutdatedTransactionError) {
        outdated += 1;
        if (outdated === ATTEMPTS_OF_OUTDATED) throw error;
        // At once: who waits loses its place again.
        continue;
      }
      givenUp += 1;
      if (givenUp === ATTEMPTS || !isWorthAnotherTry(error)) throw error;
      await delay(Math.random() * 10 * givenUp);
    }
  }
}

/**
 * Waits for statements of one transaction that were sent together: `Promise.all`, but of several failures it throws the
 * one that failed the transaction, not those of the statements behind it.
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

function isWorthAnotherTry(error: unknown): boolean {
  const state = sqlStateOf(error);
  return state !== null && (TRANSIENT.has(state) || isContested(error));
}

function isContested(error: unknown): boolean {
  if (!(error instanceof QueryFailedError)) return false;
  const { constraint, table } = error.driverError as { constraint?: unknown; table?: unknown };
  // Its keys have the CRM's names, and its ids may be taken by whoever sets them himself.
  return CONTESTED_KEYS.has(constraint) || (table === CRM_TASKS && sqlStateOf(error) === UNIQUE_VIOLATION);
}

/** The SQLSTATE of a failed statement; null when the error is not PostgreSQL's. */
export function sqlStateOf(error: unknown): string | null {
  if (!(error instanceof QueryFailedError)) return null;
  const { code } = error.driverError as { code?: unknown };
  return typeof code === 'string' ? code : null;
}
