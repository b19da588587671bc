import cors, { type FastifyCorsOptions } from '@fastify/cors';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/** How long a browser may keep the answer to a preflight, in seconds. */
const PREFLIGHT_SECONDS = 600;

const CLOSED: FastifyCorsOptions = { origin: false };

/**
 * Lets pages of other origins call the API (CORS). Credentials of the browser are not allowed: callers send a bearer token.
 * Webhooks are answered before Fastify, and so without CORS.
 *
 * @param origins exact origins, such as `https://crm.example.com`; none: closed
 */
export function allowBrowserOrigins(fastify: FastifyInstance, origins: readonly string[]): void {
  if (origins.length === 0) return;
  const open: FastifyCorsOptions = {
    origin: [...origins],
    methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowedHeaders: ['Authorization', 'Content-Type', 'Idempotency-Key', 'X-Request-Id'],
    exposedHeaders: ['X-Request-Id', 'Retry-After', 'Content-Disposition'],
    maxAge: PREFLIGHT_SECONDS,
    strictPreflight: false,
  };
  const isOpen = ({ url, headers: { origin } }: FastifyRequest): boolean =>
    url.startsWith('/api/') && origin !== undefined && origins.includes(origin);
  fastify.register(cors, {
    delegator: (request, callback) => callback(null, isOpen(request) ? open : CLOSED),
  });
}
