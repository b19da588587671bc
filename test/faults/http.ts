import { once } from 'node:events';
import { type Agent, type IncomingMessage, request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { Header, Message } from './signature.js';

/** What came back. */
export interface Answer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly body: Buffer;
  /** From the first byte of the request to the last of the answer. */
  readonly milliseconds: number;
}

export interface PostOptions {
  /** To be kept open between requests; without it, each has a connection of its own. */
  readonly agent?: Agent;
  /** The address to come from, such as 127.0.0.2. */
  readonly from?: string;
  /** Instead of those of an ordinary webhook. */
  readonly headers?: readonly Header[];
  readonly method?: string;
  /** In chunks, without saying how much it will be. */
  readonly chunked?: boolean;
  /** The body only when the server has asked for it: so it is known to have taken the request. */
  readonly announced?: boolean;
}

/** What became of a request that got none. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';

  constructor(
    cause: Error,
    /** Whether the server is known to have taken it. */
    readonly taken: boolean,
  ) {
    super(cause.message, { cause });
  }
}

/** Nothing of the service takes so long: it has gone silent. */
const SILENT_MS = 30_000;

const JSON_HEADERS: readonly Header[] = [['Content-Type', 'application/json']];

/** The path of a webhook route by its name in the contract. */
export function pathOf(route: string): string {
  return route === 'one-shot' ? '/api/telephony/webhook/bracknet' : `/api/webhook/bracknet/${route}`;
}

/** Posts what may be no proper webhook. @throws {NoAnswer} */
export function post(
  url: string,
  message: Pick<Message, 'headers' | 'body'>,
  options: PostOptions = {},
): Promise<Answer> {
  const answer = exchange(url, message, options);
  // Who waits for several at once and gives up at the first that fails leaves the others.
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
    // As they are, one by one: of an object the same header would be sent once.
    headers: lines.flat(),
    agent: agent ?? false,
    ...(from !== undefined && { localAddress: from }),
  });
  outgoing.setTimeout(SILENT_MS, () => outgoing.destroy(new Error(`No answer within ${SILENT_MS} ms`)));
  // A connection may be cut after the answer too.
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
    // It may have been answered before its body was asked for.
    if (announced) outgoing.destroy();
  }
}

/** The answer as JSON; an empty object when it is none. */
export function jsonOf(answer: Answer): Record<string, unknown> {
  try {
    return JSON.parse(answer.body.toString()) as Record<string, unknown>;
  } catch {
    return {};
  }
}
