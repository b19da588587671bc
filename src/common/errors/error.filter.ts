import {
  type ArgumentsHost,
  BadRequestException,
  Catch,
  type ExceptionFilter,
  HttpException,
  Logger,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isDatabaseAway } from '../../database/database-error.js';
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

/** Every error leaves in one shape; what is not meant for the caller stays in the log under the same request id. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  private readonly logger = new Logger(ErrorFilter.name);

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const reply = http.getResponse<FastifyReply>();
    const domainError = this.toDomainError(error);
    const statusCode = HTTP_STATUS_OF[domainError.code];
    const retryAfter = RETRY_AFTER_SECONDS[domainError.code];
    if (retryAfter !== undefined) void reply.header('Retry-After', retryAfter);
    const body: ErrorBody = {
      statusCode,
      code: domainError.code,
      message: domainError.message,
      requestId: http.getRequest<FastifyRequest>().id,
      ...(domainError.details && { details: domainError.details }),
    };
    void reply.status(statusCode).send(body);
  }

  private toDomainError(error: unknown): DomainError {
    if (error instanceof DomainError) {
      if (HTTP_STATUS_OF[error.code] >= 500) this.logger.warn(error.code, error);
      return error;
    }
    if (isDatabaseAway(error)) {
      this.logger.error('The database is away', error);
      return new DomainError('DATABASE_UNAVAILABLE', 'The database does not answer. Try again in a moment');
    }
    const status = httpStatusOf(error);
    const known = status === null ? undefined : CODE_OF_STATUS[status];
    if (error instanceof BadRequestException && !isFrameworkParseError(error)) {
      return new DomainError('VALIDATION_FAILED', error.message);
    }
    if (known !== undefined) return new DomainError(...known);
    this.logger.error('Unexpected error', error);
    return new DomainError('INTERNAL', 'Internal server error');
  }
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
