import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';

/** Where the pages of the console are served. */
export const CONSOLE_PATH = '/console/';

/** Names of assets hold a hash of their content. */
const FOREVER = 'public, max-age=31536000, immutable';
/** The page itself is asked for each time: it names the assets of the present build. */
const ASK_AGAIN = 'no-cache';

/** From this file in `dist/src`, and from its source, which tests run. */
const FOLDERS = ['../../../console/', '../../../dist/console/'];

/** The folder of the built pages; null: they were not built. */
export function findConsole(): string | null {
  const folders = FOLDERS.map((folder) => fileURLToPath(new URL(folder, import.meta.url)));
  return folders.find((folder) => existsSync(`${folder}index.html`)) ?? null;
}

/** Serves the built pages of the console, if they are there, to anybody: what they show they ask the API for. */
export function serveConsole(fastify: FastifyInstance): void {
  const root = findConsole();
  if (root === null) return;
  fastify.get(CONSOLE_PATH.slice(0, -1), (_request, reply) => reply.redirect(CONSOLE_PATH, 308));
  fastify.register(fastifyStatic, {
    root,
    prefix: CONSOLE_PATH,
    decorateReply: false,
    preCompressed: true,
    // Set below: the hook for all answers has set another one.
    cacheControl: false,
    setHeaders: (reply, path) => {
      reply.header('Cache-Control', path.includes('/assets/') ? FOREVER : ASK_AGAIN);
    },
  });
}
