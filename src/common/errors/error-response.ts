import { BadRequestException, HttpException, type Logger } from '@nestjs/common';
import { isDatabaseUnavailable } from '../../database/database-error.js';
import { DomainError } from './domain-error.js';
import type { ErrorBody } from './error-body.js';
import { type ErrorCode, HTTP_STATUS_OF } from './error-code.js';

/** When it is worth to come back, in seconds. The PBX is left alone as long as its circuit stays open. */
const RETRY_AFTER_SECONDS: Partial<Record<ErrorCode, number>> = {
  PBX_CIRCUIT_OPEN: 10,
  DATABASE_UNAVAILABLE: 5,
  WEBHOOK_QUEUE_FULL: 1,
  IDENTITY_PROVIDER_UNAVAILABLE: 5,
};

/** Codes of errors that the framework raises by itself, by HTTP status. */
const CODE_OF_STATUS: Readonly<Record<number, [ErrorCode, string]>> = {
  400: ['MALFORMED_JSON', 'The body is not valid JSON'],
  404: ['ROUTE_NOT_FOUND', 'There is no such address. See /api/docs'],
  413: ['PAYLOAD_TOO_LARGE', 'The body is larger than this address takes'],
  415: ['UNSUPPORTED_MEDIA_TYPE', 'Send the body as Content-Type: application/json'],
};

/** How an error is answered. */
export interface ErrorResponse {
  readonly body: ErrorBody;
  /** Seconds; null: to come back is of no use. */
  readonly retryAfter: number | null;
}

/** Every error is answered in one shape; what is not meant for the caller goes to the log. */
export function errorResponseOf(error: unknown, requestId: string, logger: Logger): ErrorResponse {
  const { code, message, details } = domainErrorOf(error, logger);
  return {
    body: { statusCode: HTTP_STATUS_OF[code], code, message, requestId, ...(details && { details }) },
    retryAfter: RETRY_AFTER_SECONDS[code] ?? null,
  };
}

function domainErrorOf(error: unknown, logger: Logger): DomainError {
  if (error instanceof DomainError) {
    if (HTTP_STATUS_OF[error.code] >= 500) logger.warn(error.code, error);
    return error;
  }
  if (isDatabaseUnavailable(error)) {
    reportUnavailable(error, logger);
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

/** Told once in a while: everybody who comes meanwhile is answered the same. */
const AWAY_REPORT_MS = 5_000;
let awayReportedAt = 0;

function reportUnavailable(error: unknown, logger: Logger): void {
  const now = Date.now();
  if (now - awayReportedAt < AWAY_REPORT_MS) return;
  awayReportedAt = now;
  logger.error('The database is away', error);
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
