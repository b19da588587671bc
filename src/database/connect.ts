import { isNativeError } from 'node:util/types';
import { ExponentialBackoff, handleWhen, retry } from 'cockatiel';
import { DatabaseError } from 'pg';
import { DataSource, TypeORMError } from 'typeorm';
import { DomainError } from '../common/errors/domain-error.js';
import { dataSourceOptions, type DatabaseSettings } from './data-source.js';

const ATTEMPTS = 20;

/**
 * Connects to a database that runs or is coming up: tries for about a minute.
 *
 * @param onProgress told why it is still waiting
 * @param dataSource to initialize, of these settings
 * @throws DomainError DATABASE_UNAVAILABLE when it stays out of reach or does not let us in
 */
export async function connect(
  settings: DatabaseSettings,
  onProgress: (message: string) => void,
  dataSource = new DataSource(dataSourceOptions(settings)),
): Promise<DataSource> {
  const patience = retry(handleWhen(mayPass), {
    maxAttempts: ATTEMPTS,
    backoff: new ExponentialBackoff({ initialDelay: 250, maxDelay: 4_000 }),
  });
  patience.onRetry(({ attempt, ...reason }) => {
    const why = 'error' in reason ? wordsOf(reason.error) : '';
    onProgress(
      `Waiting for PostgreSQL at ${placeOf(settings.url)} (${why}), attempt ${attempt} of ${ATTEMPTS}…`,
    );
  });
  try {
    return await patience.execute(() => dataSource.initialize());
  } catch (error) {
    throw new DomainError(
      'DATABASE_UNAVAILABLE',
      `PostgreSQL at ${placeOf(settings.url)} cannot be used: ${wordsOf(error)}. ` +
        'Check DATABASE_URL, and that the server runs and lets this machine in.',
      undefined,
      { cause: error },
    );
  }
}

/** A server that refuses will go on refusing, unless it says that it is starting, stopping or full. */
function mayPass(error: Error): boolean {
  if (error instanceof DatabaseError) return /^(57P0|53)/.test(error.code ?? '');
  return !(error instanceof TypeORMError);
}

/** `host:port/database`: of a URL all that may be shown. */
export function placeOf(url: string): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}

/** A name with several addresses that all refuse gives an error without a message, but with a code. */
function wordsOf(error: unknown): string {
  if (!isNativeError(error)) return String(error);
  return error.message || ('code' in error ? String(error.code) : error.name);
}
