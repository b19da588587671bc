import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';

/** Below the paths of this service that a proxy passes on anyway. */
const CLIENT_FILES_PATH = '/api/telephony/client/';

/** Of the build, seen from the compiled file and from the source. */
const FOLDERS = ['../../../client/', '../../../dist/client/'].map((path) =>
  fileURLToPath(new URL(path, import.meta.url)),
);

/**
 * Serves the scripts for pages of front ends, without a token: they hold nothing secret. Pages of any origin may run them;
 * the API behind them is open to the origins of `BROWSER_ORIGINS` alone. Without a build of them there is nothing to serve.
 */
export function serveClientFiles(fastify: FastifyInstance): void {
  const root = FOLDERS.find((folder) => existsSync(`${folder}button.js`));
  if (root === undefined) return;
  fastify.register(fastifyStatic, {
    root,
    prefix: CLIENT_FILES_PATH,
    // A route for each file that is there; anything else is not found like any other path.
    wildcard: false,
    decorateReply: false,
    index: false,
    globIgnore: ['**/*.d.ts', '**/*.map'],
    cacheControl: false,
    setHeaders: (reply) => {
      // Asked for again by its ETag: a page has the scripts that fit its service.
      reply.header('Cache-Control', 'no-cache');
      reply.header('Cross-Origin-Resource-Policy', 'cross-origin');
    },
  });
}
