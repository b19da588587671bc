import {
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type Server,
  type ServerResponse,
} from 'node:http';
import { finished } from 'node:stream/promises';
import type { Journal } from '../journal.js';
import { serveRecording } from '../recordings/serve-recording.js';
import { jsonOrText } from './json-or-text.js';
import { Refusal } from './refusal.js';

export interface Answer {
  status: number;
  headers?: OutgoingHttpHeaders;
  /** Strings are sent unchanged, objects as JSON. */
  body?: string | object;
  /** Runs after the response was sent. */
  afterwards?: () => Promise<void>;
}

/** Handlers by method and path, such as `POST /api/call/start`. They may throw a Refusal. */
export type Routes = Record<string, (body: unknown) => Answer | Promise<Answer>>;

const CALL_CONTROL = '/api/call/';
const LONGEST_BODY = 64 * 1024;

/** An error response of the PBX. */
export function failure(status: number, message: string): Answer {
  return { status, body: { status: 'error', message } };
}

/** Serves the routes to clients with the bearer key, and records call-control requests in the journal. */
export function createHttpServer(key: string, routes: Routes, journal: Journal): Server {
  return createServer((request, response) => {
    void serve(request, response).catch((error: unknown) => {
      journal.line(`A request broke off: ${String(error)}`);
      response.destroy();
    });
  });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = request.url ?? '/';
    // Like a real PBX: whoever knows the address of a recording gets it.
    if (serveRecording(request, response)) return;
    const body = jsonOrText(await bodyOf(request));
    const entry = url.startsWith(CALL_CONTROL) ? journal.received(url, request.headers, body) : null;
    const answer = await answerTo(request, url, body);
    const sent = send(response, answer);
    if (entry) journal.answered(entry, answer.status);
    await sent;
    await answer.afterwards?.();
  }

  async function answerTo(request: IncomingMessage, url: string, body: unknown): Promise<Answer> {
    if (request.headers.authorization !== `Bearer ${key}`) return failure(401, 'Wrong or missing API key');
    const handler = routes[`${request.method} ${url.replace(/\?.*$/, '')}`];
    if (!handler) return failure(404, `There is no ${request.method} ${url}`);
    try {
      return await handler(body);
    } catch (error) {
      if (error instanceof Refusal) return failure(error.status, error.message);
      throw error;
    }
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > LONGEST_BODY) throw new Error(`the body is longer than ${LONGEST_BODY} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Resolves when the response was sent or the client has disconnected: the call continues in both cases. */
async function send(response: ServerResponse, { status, headers, body }: Answer): Promise<void> {
  const json = typeof body === 'object';
  response.writeHead(status, { ...(json ? { 'content-type': 'application/json' } : {}), ...headers });
  response.end(json ? JSON.stringify(body) : body);
  await finished(response).catch(() => undefined);
}
