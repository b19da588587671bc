import { Agent, request } from 'node:http';
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
  {
    agent,
    from,
    headers = JSON_HEADERS,
    method = 'POST',
    chunked = false,
    announced = false,
  }: PostOptions = {},
): Promise<Answer> {
  const { host } = new URL(url);
  const length: Header = chunked
    ? ['Transfer-Encoding', 'chunked']
    : ['Content-Length', String(message.body.length)];
  const lines: Header[] = [['Host', host], ...headers, length, ...message.headers];
  if (agent === undefined) lines.push(['Connection', 'close']);
  if (announced) lines.push(['Expect', '100-continue']);
  const answer = new Promise<Answer>((resolve, reject) => {
    const since = performance.now();
    const outgoing = request(url, {
      method,
      // As they are, one by one: of an object the same header would be sent once.
      headers: lines.flat(),
      agent: agent ?? false,
      ...(from !== undefined && { localAddress: from }),
    });
    outgoing.setTimeout(SILENT_MS, () => outgoing.destroy(new Error(`No answer within ${SILENT_MS} ms`)));
    let taken = false;
    outgoing.on('error', (error) => reject(new NoAnswer(error, taken)));
    outgoing.once('continue', () => {
      taken = true;
      outgoing.end(message.body);
    });
    outgoing.once('response', (response) => {
      buffer(response).then(
        (body) => {
          if (announced) outgoing.destroy();
          resolve({
            status: response.statusCode ?? 0,
            retryAfter: response.headers['retry-after'],
            body,
            milliseconds: performance.now() - since,
          });
        },
        (error: Error) => reject(new NoAnswer(error, taken)),
      );
    });
    if (!announced) outgoing.end(message.body);
  });
  // Who waits for several at once and gives up at the first that fails leaves the others.
  answer.catch(() => undefined);
  return answer;
}

/** The answer as JSON; an empty object when it is none. */
export function jsonOf(answer: Answer): Record<string, unknown> {
  try {
    return JSON.parse(answer.body.toString()) as Record<string, unknown>;
  } catch {
    return {};
  }
}
