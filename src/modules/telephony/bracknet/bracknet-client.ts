import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { Logger, type OnApplicationShutdown } from '@nestjs/common';
import { create as createHttp, isAxiosError, type AxiosError, type AxiosInstance } from 'axios';
import {
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  handleType,
  isBrokenCircuitError,
  retry,
} from 'cockatiel';
import { DomainError } from '../../../common/errors/domain-error.js';
import { currentRequest } from '../../../common/http/request-context.js';
import type { BreakerState, PbxMetrics } from '../../metrics/pbx-metrics.js';
import {
  pbxFault,
  readAcknowledgement,
  readStartAnswer,
  type AnswerReader,
  type HttpAnswer,
  type PbxAnswer,
} from './bracknet-answer.js';
import { trustIn } from '../../../common/http/trusted-authorities.js';
import { certificateTrouble } from './certificate-trouble.js';
import {
  Pbx,
  type PbxHangupRequest,
  type PbxStartAnswer,
  type PbxStartRequest,
  type PbxTransferRequest,
} from '../calls/pbx.js';

/** Longest answer that is read; a usual one has some hundred bytes. */
const MAX_ANSWER_BYTES = 64 * 1024;

/**
 * Idle connections are closed after this time, which is earlier than usual servers close them: a request on a connection
 * that the PBX is just closing is lost, and a start must not be retried.
 */
const IDLE_CONNECTION_MS = 2_000;

const FAULTS_TO_OPEN = 5;
const HALF_OPEN_AFTER_MS = 10_000;

type Operation = 'start' | 'hangup' | 'transfer';

export interface BracknetAccess {
  /** With or without a path and a final slash. */
  readonly baseUrl: string;
  readonly apiKey: string;
  /** Certificates of authorities that are trusted in addition to those of Node, each as PEM. */
  readonly certificates: readonly string[];
  /** Timeout of one request, from the connection to the last byte of the answer. */
  readonly timeoutMs: number;
}

/** HTTP client of the Bracknet PBX. All operations share one circuit breaker. */
export class BracknetClient extends Pbx implements OnApplicationShutdown {
  readonly mode = 'live';

  private readonly logger = new Logger(BracknetClient.name);
  private readonly agents: { readonly httpAgent: HttpAgent; readonly httpsAgent: HttpsAgent };
  private readonly http: AxiosInstance;
  private readonly retryOnce = retry(handleType(DomainError), { maxAttempts: 1 });
  private readonly breaker = circuitBreaker(handleType(DomainError), {
    breaker: new ConsecutiveBreaker(FAULTS_TO_OPEN),
    halfOpenAfter: HALF_OPEN_AFTER_MS,
  });
  private openedAt = 0;

  constructor(
    private readonly access: BracknetAccess,
    private readonly metrics: PbxMetrics,
  ) {
    super();
    const connections = { keepAlive: true, timeout: IDLE_CONNECTION_MS };
    this.agents = {
      httpAgent: new HttpAgent(connections),
      httpsAgent: new HttpsAgent({ ...connections, ...trustIn(access.certificates) }),
    };
    this.http = createHttp({
      ...this.agents,
      baseURL: access.baseUrl,
      headers: { Authorization: `Bearer ${access.apiKey}`, Accept: 'application/json' },
      maxContentLength: MAX_ANSWER_BYTES,
      maxRedirects: 0,
      proxy: false,
      responseType: 'text',
      validateStatus: null,
    });
    this.breaker.onBreak(() => {
      this.openedAt = Date.now();
      this.logger.error(
        `Circuit open: the PBX keeps failing, no requests are sent for ${HALF_OPEN_AFTER_MS / 1000} s`,
      );
    });
    this.breaker.onHalfOpen(() => this.logger.log('Circuit half open: one trial request is sent'));
    this.breaker.onReset(() => this.logger.log('Circuit closed: the PBX answers again'));
    metrics.watchBreaker(() => this.breakerState());
  }

  start(request: PbxStartRequest): Promise<PbxStartAnswer> {
    return this.withBreaker('start', () => this.send('start', request, readStartAnswer));
  }

  hangup(request: PbxHangupRequest): Promise<void> {
    return this.withBreaker('hangup', () => this.sendWithRetry('hangup', request));
  }

  transfer(request: PbxTransferRequest): Promise<void> {
    return this.withBreaker('transfer', () => this.sendWithRetry('transfer', request));
  }

  /** Not earlier in the shutdown: HTTP requests that are still being served may need the PBX. */
  onApplicationShutdown(): void {
    this.agents.httpAgent.destroy();
    this.agents.httpsAgent.destroy();
  }

  /** Refusals are returned through the breaker and thrown after it, so that they do not count as failures. */
  private async withBreaker<T>(operation: Operation, request: () => Promise<PbxAnswer<T>>): Promise<T> {
    // Fail fast: a half-open breaker would queue this request until its trial request has finished.
    if (this.breaker.state === CircuitState.HalfOpen) throw this.circuitOpen(operation);
    try {
      const answer = await this.breaker.execute(request);
      if (!answer.accepted) throw answer.refusal;
      return answer.value;
    } catch (error) {
      throw isBrokenCircuitError(error) ? this.circuitOpen(operation, error) : error;
    }
  }

  private sendWithRetry(operation: Operation, request: object): Promise<PbxAnswer<void>> {
    return this.retryOnce.execute(() => this.send(operation, request, readAcknowledgement));
  }

  private async send<T>(operation: Operation, request: object, read: AnswerReader<T>): Promise<PbxAnswer<T>> {
    const sentAt = performance.now();
    try {
      const answer = read(await this.post(operation, request), this.access.apiKey);
      if (answer.accepted) this.count(operation, 'accepted', sentAt);
      else this.report(operation, answer.refusal, sentAt);
      return answer;
    } catch (error) {
      if (error instanceof DomainError) this.report(operation, error, sentAt);
      throw error;
    }
  }

  private count(operation: Operation, outcome: string, sentAt: number): void {
    this.metrics.request(operation, outcome, (performance.now() - sentAt) / 1000);
  }

  private report(operation: Operation, { code, cause }: DomainError, sentAt: number): void {
    this.count(operation, code.toLowerCase(), sentAt);
    this.logger.warn(`${operation}: ${code} (${String(cause)})`);
  }

  private async post(operation: Operation, request: object): Promise<HttpAnswer> {
    // Limits the whole exchange: the timeout of axios restarts with every byte that arrives.
    const signal = AbortSignal.timeout(this.access.timeoutMs);
    try {
      const { status, data } = await this.http.post<string>(`/api/call/${operation}`, request, {
        headers: { 'X-Request-Id': currentRequest()?.requestId },
        signal,
      });
      return { status, body: data };
    } catch (error) {
      if (!isAxiosError(error)) throw error;
      if (signal.aborted) throw pbxFault('PBX_TIMEOUT', new Error(`over ${this.access.timeoutMs} ms`));
      // Only the message: the error itself holds the request, with the API key and the customer's number.
      throw pbxFault(
        isBrokenAnswer(error) ? 'PBX_UNINTELLIGIBLE' : 'PBX_UNREACHABLE',
        new Error(certificateTrouble(error.code) ?? error.message),
      );
    }
  }

  /** The breaker itself stays `Open` after its pause until the next request; that is reported as half open. */
  private breakerState(): BreakerState {
    if (this.breaker.state === CircuitState.Closed) return 'closed';
    const isOpen = this.breaker.state === CircuitState.Open && this.remainingPauseMs() > 0;
    return isOpen ? 'open' : 'half-open';
  }

  private remainingPauseMs(): number {
    return this.openedAt + HALF_OPEN_AFTER_MS - Date.now();
  }

  private circuitOpen(operation: Operation, cause?: Error): DomainError {
    this.metrics.rejectedByBreaker(operation);
    const seconds = Math.max(1, Math.ceil(this.remainingPauseMs() / 1000));
    return new DomainError(
      'PBX_CIRCUIT_OPEN',
      `The PBX has failed several times in a row and is given a pause. Try again in ${seconds} s`,
      undefined,
      { cause },
    );
  }
}

/** The PBX sent an answer that is incomplete, too long, or not HTTP (codes of Node's HTTP parser begin with HPE). */
function isBrokenAnswer({ response, code = '' }: AxiosError): boolean {
  return response !== undefined || code === 'ERR_BAD_RESPONSE' || code.startsWith('HPE_');
}
