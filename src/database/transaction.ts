import { setTimeout as delay } from 'node:timers/promises';
import { type DataSource, type EntityManager, QueryFailedError } from 'typeorm';

const ATTEMPTS = 5;

/** SQLSTATEs after which the same transaction may well succeed: serialization failure, deadlock. */
const TRANSIENT = new Set(['40001', '40P01']);
/** The key that two instances may reach for in one instant: the id of a call that neither has seen. */
const CONTESTED_KEY = 'uq_telephony_calls_provider_external_call_id';

/** Thrown inside a transaction that finds what it looked at before it held its locks to have changed since. */
export class OutdatedTransaction extends Error {
  override readonly name = 'OutdatedTransaction';
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
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await dataSource.transaction(work);
    } catch (error) {
      if (attempt === ATTEMPTS || !isWorthAnotherTry(error)) throw error;
      await delay(Math.random() * 10 * attempt);
    }
  }
}

function isWorthAnotherTry(error: unknown): boolean {
  if (error instanceof OutdatedTransaction) return true;
  const state = sqlStateOf(error);
  return state !== null && (TRANSIENT.has(state) || constraintOf(error) === CONTESTED_KEY);
}

function constraintOf(error: unknown): unknown {
  return error instanceof QueryFailedError && 'constraint' in error.driverError
    ? error.driverError.constraint
    : null;
}

/** The SQLSTATE of a failed statement; null when the error is not PostgreSQL's. */
export function sqlStateOf(error: unknown): string | null {
  if (!(error instanceof QueryFailedError)) return null;
  const { code } = error.driverError as { code?: unknown };
  return typeof code === 'string' ? code : null;
}
