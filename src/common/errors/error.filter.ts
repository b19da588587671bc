import { type ArgumentsHost, Catch, type ExceptionFilter, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { errorResponseOf } from './error-response.js';

/** Answers every error with the common error body; see {@link errorResponseOf}. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  private readonly logger = new Logger(ErrorFilter.name);

  catch(error: unknown, host: ArgumentsHost): void {
    if (host.getType() !== 'http') {
      this.logger.warn('A message over a socket is refused', error);
      return;
    }
    const http = host.switchToHttp();
    const reply = http.getResponse<FastifyReply>();
    const request = http.getRequest<FastifyRequest>();
    const { body, retryAfter } = errorResponseOf(error, request.id, this.logger);
    request.errorCode = body.code;
    if (retryAfter !== null) void reply.header('Retry-After', retryAfter);
    void reply.status(body.statusCode).send(body);
  }
}
