/** Route configuration: the body is handed on as the bytes that came, a Buffer, and parsed by nobody before. */
export const RAW_BODY = 'rawBody';

declare module 'fastify' {
  interface FastifyContextConfig {
    [RAW_BODY]?: boolean;
  }
}
