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
  IDENTITY_PROVIDER_UNAVAILABLE: 5,
};

/** Codes and messages for errors that the framework throws, by HTTP status. */
const CODE_OF_STATUS: Readonly<Record<number, [ErrorCode, string]>> = {
  400: ['MALFORMED_JSON', 'The body is not valid JSON'],
  404: ['ROUTE_NOT_FOUND', 'There is no such address. See /api/docs'],
  413: ['PAYLOAD_TOO_LARGE', 'The body is larger than this address takes'],
  415: ['UNSUPPORTED_MEDIA_TYPE', 'Send the body as Content-Type: application/json'],
};

export interface ErrorResponse {
  readonly body: ErrorBody;
  /** Seconds; null: a retry does not help. */
  readonly retryAfter: number | null;
}

/** Converts any error to the common error body. Logs details that must not be sent to the client. */
export function errorResponseOf(error: unknown, requestId: string, logger: Logger): ErrorResponse {
  const { code, message, details, retryAfterSeconds } = domainErrorOf(error, logger);
  return {
    body: { statusCode: HTTP_STATUS_OF[code], code, message, requestId, ...(details && { details }) },
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
  const known = status === null ? undefined : CODE_OF_STATUS[status];
  if (error instanceof BadRequestException && !isFrameworkParseError(error)) {
    return new DomainError('VALIDATION_FAILED', error.message);
  }
  if (known !== undefined) return new DomainError(...known);
  logger.error('Unexpected error', error);
  return new DomainError('INTERNAL', 'Internal server error');
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

function isFrameworkParseError(error: BadRequestException): boolean {
  return error.cause instanceof SyntaxError;
}
