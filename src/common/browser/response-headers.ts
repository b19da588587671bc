import helmet from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';
import { CONSOLE_PATH } from './console-pages.js';

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

/** What a page of the console loads: its own files, and images as `data:`. Its socket is on its own origin. */
const consolePolicy = (framedBy: readonly string[]) => ({
  useDefaults: false,
  directives: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    fontSrc: ["'self'"],
    imgSrc: ["'self'", 'data:'],
    mediaSrc: ["'self'"],
    connectSrc: ["'self'"],
    baseUri: ["'none'"],
    formAction: ["'self'"],
    frameAncestors: framedBy.length === 0 ? ["'none'"] : [...framedBy],
  },
});

/**
 * Sets the headers that protect browsers on every answer of Fastify, errors included.
 *
 * HSTS is sent where the request came by https: over http a browser ignores it. Behind a proxy the protocol is that of
 * X-Forwarded-Proto, which Fastify reads from trusted proxies only.
 *
 * @param docsUnder start of the paths of the pages that describe the API
 * @param framedBy origins whose pages may show the console in a frame
 */
export function setUpResponseHeaders(
  fastify: FastifyInstance,
  docsUnder: string,
  framedBy: readonly string[],
): void {
  const forConsole = { contentSecurityPolicy: consolePolicy(framedBy) };
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
      if (request.url.startsWith(docsUnder)) reply.helmet({ contentSecurityPolicy: PAGE_POLICY });
      if (request.url.startsWith(CONSOLE_PATH)) {
        reply.helmet(forConsole);
        // It knows no list of origins; `frame-ancestors` has the same effect.
        if (framedBy.length > 0) void reply.removeHeader('X-Frame-Options');
      }
      if (request.protocol === 'https') {
        void reply.header('Strict-Transport-Security', STRICT_TRANSPORT_SECURITY);
      }
      done();
    });
  });
}
