import { type ArgumentsHost, Catch, type ExceptionFilter, Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { errorResponseOf } from './error-response.js';

/** Every error leaves in one shape; what is not meant for the caller stays in the log under the same request id. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  private readonly logger = new Logger(ErrorFilter.name);

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const reply = http.getResponse<FastifyReply>();
    const { body, retryAfter } = errorResponseOf(error, http.getRequest<FastifyRequest>().id, this.logger);
    if (retryAfter !== null) void reply.header('Retry-After', retryAfter);
    void reply.status(body.statusCode).send(body);
  }
}
