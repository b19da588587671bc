import type { FastifyContextConfig, FastifyInstance } from 'fastify';
import createRouter, { type HTTPMethod } from 'find-my-way';
import { errorBodyOf } from '../errors/framework-errors.js';

/** All patterns are kept under one method: only paths are looked up. */
const ANY: HTTPMethod = 'GET';

/**
 * Answers 405 with `Allow` when a path is served, but not for the method of the request. Costs nothing on requests that
 * have a route. Call it before routes are added.
 *
 * @param isHidden patterns that are answered 404 whatever the method
 */
export function refuseWrongMethods(
  fastify: FastifyInstance,
  isHidden: (config: FastifyContextConfig | undefined) => boolean,
): void {
  const paths = createRouter();
  const methodsOf = new Map<string, Set<string>>();

  fastify.addHook('onRoute', ({ url, method, config }) => {
    if (url.includes('*') || isHidden(config)) return;
    const known = methodsOf.get(url);
    const methods = known ?? new Set<string>();
    for (const one of [method].flat()) methods.add(one);
    if (known !== undefined) return;
    methodsOf.set(url, methods);
    paths.on(ANY, url, () => undefined, methods);
  });

  // After the plugins: an answered preflight does not come this far.
  fastify.after(() => {
    fastify.addHook('onRequest', (request, reply, done) => {
      if (!request.is404 && request.method !== 'OPTIONS') return done();
      const found = paths.find(ANY, request.url.split('?', 1)[0] ?? '');
      const methods = [...((found?.store as Set<string> | undefined) ?? [])].sort();
      if (methods.length === 0 || methods.includes(request.method)) return done();
      const allowed = methods.join(', ');
      const body = errorBodyOf('METHOD_NOT_ALLOWED', `This address takes ${allowed} only`, request.id);
      // Sent here, not thrown: the route of preflights has Fastify's own error handler.
      void reply.status(body.statusCode).header('Allow', allowed).send(body);
    });
  });
}
