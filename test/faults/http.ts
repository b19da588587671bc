import { once } from 'node:events';
import { type Agent, type IncomingMessage, request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { Header, Message } from './signature.js';

/** An HTTP response. */
export interface Answer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly body: Buffer;
  /** From sending the request to the end of the response. */
  readonly milliseconds: number;
}

export interface PostOptions {
  /** Keep-alive agent; without it, each request uses a new connection. */
  readonly agent?: Agent;
  /** Local source address, such as 127.0.0.2. */
  readonly from?: string;
  /** Replaces the Content-Type header of a normal webhook. */
  readonly headers?: readonly Header[];
  readonly method?: string;
  /** Chunked transfer encoding, without Content-Length. */
  readonly chunked?: boolean;
  /** Expect: 100-continue. The body is sent after the server's 100, which proves that it received the request. */
  readonly announced?: boolean;
}

/** The request got no response. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';

  constructor(
    cause: Error,
    /** Whether the server certainly received the request. */
    readonly taken: boolean,
  ) {
    super(cause.message, { cause });
  }
}

/** Longer than any response of the service takes. */
const TIMEOUT_MS = 30_000;

const JSON_HEADERS: readonly Header[] = [['Content-Type', 'application/json']];

/** The path of a webhook route by its name in the contract. */
export function pathOf(route: string): string {
  return route === 'one-shot' ? '/api/telephony/webhook/bracknet' : `/api/webhook/bracknet/${route}`;
}

/** Posts a webhook, which may be invalid. @throws {NoAnswer} */
export function post(
  url: string,
  message: Pick<Message, 'headers' | 'body'>,
  options: PostOptions = {},
): Promise<Answer> {
  const answer = exchange(url, message, options);
  // Prevents unhandled rejections: Promise.all rejects at the first failure and ignores later ones.
  answer.catch(() => undefined);
  return answer;
}

async function exchange(
  url: string,
  message: Pick<Message, 'headers' | 'body'>,
  { agent, from, headers = JSON_HEADERS, method = 'POST', chunked = false, announced = false }: PostOptions,
): Promise<Answer> {
  const length: Header = chunked
    ? ['Transfer-Encoding', 'chunked']
    : ['Content-Length', String(message.body.length)];
  const lines: Header[] = [['Host', new URL(url).host], ...headers, length, ...message.headers];
  if (agent === undefined) lines.push(['Connection', 'close']);
  if (announced) lines.push(['Expect', '100-continue']);

  const since = performance.now();
  let taken = false;
  const outgoing = request(url, {
    method,
    // As a flat list, because an object cannot contain the same header twice.
    headers: lines.flat(),
    agent: agent ?? false,
    ...(from !== undefined && { localAddress: from }),
  });
  outgoing.setTimeout(TIMEOUT_MS, () => outgoing.destroy(new Error(`No answer within ${TIMEOUT_MS} ms`)));
  // The connection may also fail after the response.
  outgoing.on('error', () => undefined);
  outgoing.once('continue', () => {
    taken = true;
    outgoing.end(message.body);
  });
  if (!announced) outgoing.end(message.body);
  try {
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    return {
      status: response.statusCode ?? 0,
      retryAfter: response.headers['retry-after'],
      body: await buffer(response),
      milliseconds: performance.now() - since,
    };
  } catch (error) {
    throw new NoAnswer(error as Error, taken);
  } finally {
    // The server may respond without sending 100 Continue.
    if (announced) outgoing.destroy();
  }
}

/** The body as JSON; an empty object when it is not JSON. */
export function jsonOf(answer: Answer): Record<string, unknown> {
  try {
    return JSON.parse(answer.body.toString()) as Record<string, unknown>;
  } catch {
    return {};
  }
}
