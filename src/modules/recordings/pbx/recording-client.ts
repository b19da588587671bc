import { request as requestHttp, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Readable } from 'node:stream';
import { type HostRule, matchesHostRule } from '../../../common/host-rule.js';
import type { AddressPolicy } from './address-policy.js';
import { checkedAgents, type Resolver } from './checked-agents.js';
import { FetchError, FORBIDDEN } from './fetch-error.js';

/** Redirects that are followed. */
const MOST_REDIRECTS = 3;

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

export interface RecordingRequest {
  readonly url: string;
  /** Value of the header Range. */
  readonly range?: string | undefined;
  /** Ends the request, also while the answer is being read. */
  readonly signal: AbortSignal;
}

export interface RecordingAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Whoever asked has to read or destroy it. */
  readonly body: Readable;
}

export interface ClientSettings {
  readonly hosts: readonly HostRule[];
  readonly addresses: AddressPolicy;
  /** Of authorities that are trusted besides those of Node, each as PEM. */
  readonly certificates: readonly string[];
  /** Longest wait for the headers of an answer. */
  readonly headersMs: number;
}

/**
 * Asks the PBX for recordings. The addresses come from webhooks, so they may not lead anywhere else (SSRF): only hosts of
 * the list are asked, only at allowed addresses, redirects are read like a first address, and nothing secret is sent.
 */
export class RecordingClient {
  private readonly agents: ReturnType<typeof checkedAgents>;

  constructor(
    private readonly settings: ClientSettings,
    resolver?: Resolver,
  ) {
    this.agents = checkedAgents(settings, resolver);
  }

  /** Whether the host is one of the list. */
  isListed(url: string): boolean {
    return URL.canParse(url) && matchesHostRule(this.settings.hosts, new URL(url));
  }

  /** @throws FetchError; an answer of any status but a redirect is an answer */
  async get(request: RecordingRequest): Promise<RecordingAnswer> {
    let url = request.url;
    let isSecure = false;
    for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects += 1) {
      const address = this.checkedUrl(url, isSecure);
      isSecure = address.protocol === 'https:';
      const body = await this.ask(address, request);
      // Only a server's message has none.
      const { headers, statusCode: status = 0 } = body;
      if (!REDIRECTS.has(status)) return { status, headers, body };
      body.destroy();
      const { location } = headers;
      if (location === undefined || !URL.canParse(location, address.href)) {
        throw new FetchError('the PBX redirects to an address that cannot be read');
      }
      url = new URL(location, address).href;
    }
    throw new FetchError(`the PBX redirects more than ${MOST_REDIRECTS} times`);
  }

  private checkedUrl(text: string, isSecure: boolean): URL {
    if (!this.isListed(text)) throw new FetchError(FORBIDDEN.host);
    const url = new URL(text);
    if (isSecure && url.protocol === 'http:') throw new FetchError('the PBX redirects from https to http');
    return url;
  }

  /** Follows no redirect, which is checked like a first address, and uses no proxy, which would resolve the name anew. */
  private async ask(url: URL, { range, signal }: RecordingRequest): Promise<IncomingMessage> {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), this.settings.headersMs);
    try {
      const isSecure = url.protocol === 'https:';
      return await new Promise<IncomingMessage>((resolve, reject) => {
        const request = (isSecure ? requestHttps : requestHttp)(url, {
          agent: isSecure ? this.agents.httpsAgent : this.agents.httpAgent,
          headers: {
            Accept: 'audio/*',
            'Accept-Encoding': 'identity',
            ...(range !== undefined && { Range: range }),
          },
          signal: AbortSignal.any([signal, late.signal]),
        });
        request.once('response', resolve);
        // Not once: an end by the signal while the answer is read is an error of the request too.
        request.on('error', reject);
        request.end();
      });
    } catch (error) {
      throw fetchErrorOf(error, { isLate: late.signal.aborted, isEnded: signal.aborted });
    } finally {
      // Only the headers are waited for: what follows is bounded by the signal of the request.
      clearTimeout(timer);
    }
  }
}

/** The message of an error may hold the address, and with it a telephone number. */
function fetchErrorOf(
  error: unknown,
  { isLate, isEnded }: { isLate: boolean; isEnded: boolean },
): FetchError {
  if (error instanceof FetchError) return error;
  if (isEnded) return new FetchError('it took too long', { cause: error });
  if (isLate) return new FetchError('the PBX does not answer in time', { cause: error });
  const { code } = error as { code?: unknown };
  return new FetchError(`the PBX cannot be reached${typeof code === 'string' ? ` (${code})` : ''}`, {
    cause: error,
  });
}
