import { STATUS_CODES } from 'node:http';
import { BadRequestException, HttpException, type Logger } from '@nestjs/common';
import { isDatabaseUnavailable } from '../../database/database-error.js';
import { DomainError } from './domain-error.js';
import type { ErrorBody } from './error-body.js';
import { type ErrorCode, HTTP_STATUS_OF } from './error-code.js';

/** Values of Retry-After, in seconds. That of PBX_CIRCUIT_OPEN is the time for which the circuit breaker stays open. */
const RETRY_AFTER_SECONDS: Partial<Record<ErrorCode, number>> = {
  PBX_CIRCUIT_OPEN: 10,
  DATABASE_UNAVAILABLE: 5,
  WEBHOOK_QUEUE_FULL: 1,
  // About the time in which an export of ordinary size ends.
  TOO_MANY_EXPORTS: 15,
  // As `respondShuttingDown`.
  SHUTTING_DOWN: 5,
  IDENTITY_PROVIDER_UNAVAILABLE: 5,
};

/** Codes and messages for errors that the framework or a plugin of it throws, by HTTP status. */
const CODE_OF_STATUS: Readonly<Record<number, [ErrorCode, string]>> = {
  400: ['REQUEST_REFUSED', 'The request cannot be read'],
  401: ['UNAUTHENTICATED', 'Send a token in the header "Authorization: Bearer <token>"'],
  403: ['FORBIDDEN', 'This may not be read'],
  404: ['ROUTE_NOT_FOUND', 'There is no such address. See /api/docs, or docs/contract.md of this service'],
  405: ['METHOD_NOT_ALLOWED', 'This address is not served for this method'],
  408: ['REQUEST_TIMEOUT', 'The request took too long to arrive'],
  413: ['PAYLOAD_TOO_LARGE', 'The body is larger than this address takes'],
  414: ['URL_TOO_LONG', 'The address is too long'],
  415: ['UNSUPPORTED_MEDIA_TYPE', 'Send the body as Content-Type: application/json'],
  429: ['TOO_MANY_REQUESTS', 'Too many requests. Send this one again later'],
  431: ['HEADERS_TOO_LARGE', 'The headers of the request are larger than 16 KiB'],
};

export interface ErrorResponse {
  readonly body: ErrorBody;
  /** Seconds; null: a retry does not help. */
  readonly retryAfter: number | null;
}

/** Converts any error to the common error body. Logs details that must not be sent to the client. */
export function errorResponseOf(error: unknown, requestId: string, logger: Logger): ErrorResponse {
  const { code, message, details, retryAfterSeconds } = domainErrorOf(error, logger);
  // One code stands for all statuses that have none of their own.
  const statusCode = code === 'REQUEST_REFUSED' ? (httpStatusOf(error) ?? 400) : HTTP_STATUS_OF[code];
  return {
    body: { statusCode, code, message, requestId, ...(details && { details }) },
    retryAfter: retryAfterSeconds ?? RETRY_AFTER_SECONDS[code] ?? null,
  };
}

function domainErrorOf(error: unknown, logger: Logger): DomainError {
  if (error instanceof DomainError) {
    if (HTTP_STATUS_OF[error.code] >= 500) logger.warn(error.code, error);
    return error;
  }
  if (isDatabaseUnavailable(error)) {
    logUnavailable(error, logger);
    return new DomainError('DATABASE_UNAVAILABLE', 'The database does not answer. Try again in a moment');
  }
  const status = httpStatusOf(error);
  if (status !== null && status >= 400 && status < 500) return requestErrorOf(error, status);
  logger.error('Unexpected error', error);
  return new DomainError('INTERNAL', 'Internal server error');
}

/** An error that the framework, or a plugin of it, blames on the request: the client can mend it, so it is not logged. */
function requestErrorOf(error: unknown, status: number): DomainError {
  if (isJsonError(error)) return new DomainError('MALFORMED_JSON', 'The body is not valid JSON');
  // Thrown by Nest's pipes, whose messages are for the client.
  if (error instanceof BadRequestException) return new DomainError('VALIDATION_FAILED', error.message);
  const known = CODE_OF_STATUS[status];
  if (known !== undefined) return new DomainError(...known);
  return new DomainError('REQUEST_REFUSED', `The request is refused: ${STATUS_CODES[status] ?? status}`);
}

/** During an outage every request fails the same way, so the error is logged only once per interval. */
const UNAVAILABLE_LOG_INTERVAL_MS = 5_000;
let unavailableLoggedAt = 0;

function logUnavailable(error: unknown, logger: Logger): void {
  const now = Date.now();
  if (now - unavailableLoggedAt < UNAVAILABLE_LOG_INTERVAL_MS) return;
  unavailableLoggedAt = now;
  logger.error('The database is unavailable', error);
}

/** Fastify's own errors carry `statusCode`; Nest's, `getStatus()`. */
function httpStatusOf(error: unknown): number | null {
  if (error instanceof HttpException) return error.getStatus();
  if (typeof error !== 'object' || error === null || !('statusCode' in error)) return null;
  return typeof error.statusCode === 'number' ? error.statusCode : null;
}

/** Fastify's errors of a JSON body; Nest wraps them. */
const JSON_ERRORS = new Set(['FST_ERR_CTP_INVALID_JSON_BODY', 'FST_ERR_CTP_EMPTY_JSON_BODY']);

function isJsonError(error: unknown): boolean {
  const cause: unknown = error instanceof HttpException ? error.cause : error;
  return cause instanceof Error && 'code' in cause && JSON_ERRORS.has(String(cause.code));
}
