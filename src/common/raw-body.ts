import type { FastifyRequest } from 'fastify';

/** Route configuration: the body is handed on as the bytes that came, a Buffer, and parsed by nobody before. */
export const RAW_BODY = 'rawBody';

declare module 'fastify' {
  interface FastifyContextConfig {
    [RAW_BODY]?: boolean;
  }
}

/** The bytes of a request on such a route; none, if it brought none. */
export function rawBodyOf({ body }: FastifyRequest): Buffer {
  return Buffer.isBuffer(body) ? body : Buffer.alloc(0);
}
