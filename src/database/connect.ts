import { isNativeError } from 'node:util/types';
import { ExponentialBackoff, handleWhen, retry } from 'cockatiel';
import { DatabaseError } from 'pg';
import { DataSource, TypeORMError } from 'typeorm';
import { DomainError } from '../common/errors/domain-error.js';
import { dataSourceOptions, type DatabaseSettings } from './data-source.js';

const ATTEMPTS = 20;

/** A server that is started together with the service is usually ready by then. */
const USUAL_START_MS = 3_000;

/** Receives messages for the operator. @param level info when it is left out */
export type Progress = (message: string, level?: 'info' | 'warn') => void;

/**
 * Connects to a database, and retries for about a minute while it is starting.
 *
 * @param onProgress receives a message for each retry, with its reason, as a warning after the first seconds
 * @param dataSource to initialize; must have been created with these settings
 * @throws DomainError DATABASE_UNAVAILABLE when it stays unreachable or rejects the connection
 */
export async function connect(
  settings: DatabaseSettings,
  onProgress: Progress,
  dataSource = new DataSource(dataSourceOptions(settings)),
): Promise<DataSource> {
  const retryPolicy = retry(handleWhen(isTransient), {
    maxAttempts: ATTEMPTS,
    backoff: new ExponentialBackoff({ initialDelay: 250, maxDelay: 4_000 }),
  });
  const begun = performance.now();
  retryPolicy.onRetry(({ attempt, ...reason }) => {
    const why = 'error' in reason ? messageOf(reason.error) : '';
    onProgress(
      `Waiting for PostgreSQL at ${databaseAddressOf(settings.url)} (${why}), attempt ${attempt} of ${ATTEMPTS}…`,
      performance.now() - begun > USUAL_START_MS ? 'warn' : 'info',
    );
  });
  try {
    return await retryPolicy.execute(() => dataSource.initialize());
  } catch (error) {
    throw new DomainError(
      'DATABASE_UNAVAILABLE',
      `PostgreSQL at ${databaseAddressOf(settings.url)} cannot be used: ${messageOf(error)}. ` +
        'Check DATABASE_URL, and that the server runs and lets this machine in.',
      undefined,
      { cause: error },
    );
  }
}

/** An error reported by the server is permanent, unless the server is starting, stopping or out of connections. */
function isTransient(error: Error): boolean {
  if (error instanceof DatabaseError) return /^(57P0|53)/.test(error.code ?? '');
  return !(error instanceof TypeORMError);
}

/** `host:port/database` of a URL, without the credentials. */
export function databaseAddressOf(url: string): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname}`;
}

/** A short reason. The AggregateError of a host name whose addresses all refuse has a code but no message. */
export function messageOf(error: unknown): string {
  if (!isNativeError(error)) return String(error);
  return error.message || ('code' in error ? String(error.code) : error.name);
}
