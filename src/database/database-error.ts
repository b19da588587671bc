import { types } from 'node:util';
import { DatabaseError } from 'pg';
import { QueryFailedError, QueryRunnerAlreadyReleasedError } from 'typeorm';

/** Socket error codes and, below, SQLSTATEs that mean that the server is unreachable, shutting down or overloaded. */
const SOCKET_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOTFOUND',
  'ETIMEDOUT',
  'EAI_AGAIN',
  // The Unix socket does not exist.
  'ENOENT',
]);
const SQL_STATES = /^(08|57P0|53)|^(57014|3D000)$/u;
const MESSAGES =
  /connection terminated|query read timeout|timeout exceeded when trying to connect|connection ended|not queryable/iu;

const driverErrors = new WeakSet<Error>();

/** Marks an error that the driver threw while connecting; errors of statements are a QueryFailedError. */
export function markDriverError(error: unknown): void {
  if (types.isNativeError(error)) driverErrors.add(error);
}

/**
 * Whether an operation failed because the database is unavailable, not because of the statement. Only errors of the
 * database driver count: a client that resets its connection has the same socket errors.
 */
export function isDatabaseUnavailable(error: unknown): boolean {
  // TypeORM releases a query runner whose connection is lost.
  if (error instanceof QueryRunnerAlreadyReleasedError) return true;
  const cause: unknown = error instanceof QueryFailedError ? error.driverError : error;
  if (!types.isNativeError(cause)) return false;
  if (!(error instanceof QueryFailedError || cause instanceof DatabaseError || driverErrors.has(cause))) {
    return false;
  }
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : '';
  return SQL_STATES.test(code) || SOCKET_CODES.has(code) || MESSAGES.test(cause.message);
}
