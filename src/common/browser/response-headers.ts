import helmet from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';

/** One year, as RFC 6797 (section 6.1.1) shows. Without subdomains: this service does not own them. */
const STRICT_TRANSPORT_SECURITY = 'max-age=31536000';

/** Answers of the API are data: nothing is to be loaded or framed. */
const API_POLICY = {
  useDefaults: false,
  directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
};

/** What the page of Swagger loads: its own files, images as `data:` in its style sheet, and styles of elements. */
const PAGE_POLICY = {
  useDefaults: false,
  directives: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'", "'unsafe-inline'"],
    imgSrc: ["'self'", 'data:'],
    fontSrc: ["'self'"],
    connectSrc: ["'self'"],
    baseUri: ["'none'"],
    formAction: ["'self'"],
    frameAncestors: ["'none'"],
  },
};

/**
 * Sets the headers that protect browsers on every answer of Fastify, errors included.
 *
 * HSTS is sent where the request came by https: over http a browser ignores it. Behind a proxy the protocol is that of
 * X-Forwarded-Proto, which Fastify reads from trusted proxies only.
 *
 * @param pagesUnder start of the paths of HTML pages
 */
export function setUpResponseHeaders(fastify: FastifyInstance, pagesUnder: string): void {
  fastify.register(helmet, {
    contentSecurityPolicy: API_POLICY,
    frameguard: { action: 'deny' },
    hsts: false,
    crossOriginOpenerPolicy: false,
    dnsPrefetchControl: false,
    ieNoOpen: false,
    originAgentCluster: false,
    permittedCrossDomainPolicies: false,
    xssFilter: false,
  });
  fastify.after(() => {
    fastify.addHook('onRequest', (request, reply, done) => {
      if (request.url.startsWith(pagesUnder)) reply.helmet({ contentSecurityPolicy: PAGE_POLICY });
      if (request.protocol === 'https') {
        void reply.header('Strict-Transport-Security', STRICT_TRANSPORT_SECURITY);
      }
      done();
    });
  });
}
