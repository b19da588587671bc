import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';

declare module 'fastify' {
  interface FastifyRequest {
    /** Logged in a sum with others of its kind, not by a line of its own. */
    summedUp: boolean;
  }
}

/** One line for each request: no address, header or body, for all of them may hold numbers. */
export function logRequests(fastify: FastifyInstance, logger: Logger): void {
  fastify.decorateRequest('summedUp', false);
  fastify.addHook('onResponse', (request, reply, done) => {
    if (!request.summedUp) {
      logger.info(
        {
          requestId: request.id,
          method: request.method,
          // The pattern, not the address: addresses may hold numbers.
          route: request.routeOptions.url ?? '(none)',
          status: reply.statusCode,
          durationMs: Math.round(reply.elapsedTime * 10) / 10,
        },
        'request',
      );
    }
    done();
  });
}
