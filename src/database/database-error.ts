import { types } from 'node:util';
import { QueryFailedError, QueryRunnerAlreadyReleasedError } from 'typeorm';

/** Codes of Node's sockets, and classes of SQLSTATE, that say the server is not there (any more) or too busy. */
const SOCKET_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOTFOUND',
  'ETIMEDOUT',
  'EAI_AGAIN',
  // A Unix socket that is gone.
  'ENOENT',
]);
const SQL_STATES = /^(08|57P0|53)|^(57014|3D000)$/u;
const MESSAGES =
  /connection terminated|query read timeout|timeout exceeded when trying to connect|connection ended|not queryable/iu;

/**
 * Whether something failed because the database did not answer, rather than because of what was asked. Failing sockets
 * are the database's: the PBX's client turns its own into errors with a code.
 */
export function isDatabaseUnavailable(error: unknown): boolean {
  // TypeORM releases a query runner whose connection is lost.
  if (error instanceof QueryRunnerAlreadyReleasedError) return true;
  const cause: unknown = error instanceof QueryFailedError ? error.driverError : error;
  if (!types.isNativeError(cause)) return false;
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : '';
  return SQL_STATES.test(code) || SOCKET_CODES.has(code) || MESSAGES.test(cause.message);
}
