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
import { currentRequestId } from '../../../common/http/request-context.js';
import type { BreakerState, PbxMetrics } from '../../metrics/pbx-metrics.js';
import {
  pbxFault,
  readAcknowledgement,
  readStartAnswer,
  type AnswerReader,
  type HttpAnswer,
  type PbxAnswer,
} from './bracknet-answer.js';
import {
  Pbx,
  type PbxHangupRequest,
  type PbxStartAnswer,
  type PbxStartRequest,
  type PbxTransferRequest,
} from '../calls/pbx.js';

/** Longest answer we read; a good one has some hundred bytes. */
const MAX_ANSWER_BYTES = 64 * 1024;

/**
 * An idle connection is given up after this time, before any usual server does so: a request sent on a connection
 * which the PBX is closing is lost, and a start may not be sent again.
 */
const IDLE_CONNECTION_MS = 2_000;

const FAULTS_TO_OPEN = 5;
const HALF_OPEN_AFTER_MS = 10_000;

type Operation = 'start' | 'hangup' | 'transfer';

export interface BracknetAccess {
  /** With or without a path and a final slash. */
  readonly baseUrl: string;
  readonly apiKey: string;
  /** Longest time one request may take, from the connection to the last byte of the answer. */
  readonly timeoutMs: number;
}

/** The Bracknet PBX over HTTP. One circuit breaker watches over all that is asked of it. */
export class BracknetClient extends Pbx implements OnApplicationShutdown {
  readonly mode = 'live';

  private readonly logger = new Logger(BracknetClient.name);
  private readonly agents = {
    httpAgent: new HttpAgent({ keepAlive: true, timeout: IDLE_CONNECTION_MS }),
    httpsAgent: new HttpsAgent({ keepAlive: true, timeout: IDLE_CONNECTION_MS }),
  };
  private readonly http: AxiosInstance;
  private readonly secondTry = retry(handleType(DomainError), { maxAttempts: 1 });
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
        `Circuit open: the PBX keeps failing and is not asked for ${HALF_OPEN_AFTER_MS / 1000} s`,
      );
    });
    this.breaker.onHalfOpen(() => this.logger.log('Circuit half open: one request tries the PBX'));
    this.breaker.onReset(() => this.logger.log('Circuit closed: the PBX answers again'));
    metrics.watchBreaker(() => this.breakerState());
  }

  start(request: PbxStartRequest): Promise<PbxStartAnswer> {
    return this.guarded('start', () => this.ask('start', request, readStartAnswer));
  }

  hangup(request: PbxHangupRequest): Promise<void> {
    return this.guarded('hangup', () => this.askTwice('hangup', request));
  }

  transfer(request: PbxTransferRequest): Promise<void> {
    return this.guarded('transfer', () => this.askTwice('transfer', request));
  }

  /** Only now: requests that are still being served when the shutdown begins may need the PBX. */
  onApplicationShutdown(): void {
    this.agents.httpAgent.destroy();
    this.agents.httpsAgent.destroy();
  }

  /** Refusals pass the breaker as answers: a PBX that says no is well. */
  private async guarded<T>(operation: Operation, question: () => Promise<PbxAnswer<T>>): Promise<T> {
    // The breaker would have us wait for the one request that tries the PBX, and only then begin our own.
    if (this.breaker.state === CircuitState.HalfOpen) throw this.circuitOpen(operation);
    try {
      const answer = await this.breaker.execute(question);
      if (!answer.accepted) throw answer.refusal;
      return answer.value;
    } catch (error) {
      throw isBrokenCircuitError(error) ? this.circuitOpen(operation, error) : error;
    }
  }

  private askTwice(operation: Operation, request: object): Promise<PbxAnswer<void>> {
    return this.secondTry.execute(() => this.ask(operation, request, readAcknowledgement));
  }

  private async ask<T>(operation: Operation, request: object, read: AnswerReader<T>): Promise<PbxAnswer<T>> {
    const askedAt = performance.now();
    try {
      const answer = read(await this.post(operation, request), this.access.apiKey);
      if (answer.accepted) this.count(operation, 'accepted', askedAt);
      else this.report(operation, answer.refusal, askedAt);
      return answer;
    } catch (error) {
      if (error instanceof DomainError) this.report(operation, error, askedAt);
      throw error;
    }
  }

  private count(operation: Operation, outcome: string, askedAt: number): void {
    this.metrics.request(operation, outcome, (performance.now() - askedAt) / 1000);
  }

  private report(operation: Operation, { code, cause }: DomainError, askedAt: number): void {
    this.count(operation, code.toLowerCase(), askedAt);
    this.logger.warn(`${operation}: ${code} (${String(cause)})`);
  }

  private async post(operation: Operation, request: object): Promise<HttpAnswer> {
    // Over the whole exchange: axios' own timeout starts anew with every byte that arrives.
    const signal = AbortSignal.timeout(this.access.timeoutMs);
    try {
      const { status, data } = await this.http.post<string>(`/api/call/${operation}`, request, {
        headers: { 'X-Request-Id': currentRequestId() },
        signal,
      });
      return { status, body: data };
    } catch (error) {
      if (!isAxiosError(error)) throw error;
      if (signal.aborted) throw pbxFault('PBX_TIMEOUT', new Error(`over ${this.access.timeoutMs} ms`));
      // Not the error itself: it holds the request, and with it the key and the customer's number.
      throw pbxFault(brokeOff(error) ? 'PBX_UNINTELLIGIBLE' : 'PBX_UNREACHABLE', new Error(error.message));
    }
  }

  /** Once its pause is over the breaker still calls itself open, until the next request comes to try the PBX. */
  private breakerState(): BreakerState {
    if (this.breaker.state === CircuitState.Closed) return 'closed';
    const pauses = this.breaker.state === CircuitState.Open && this.pauseLeftMs() > 0;
    return pauses ? 'open' : 'half-open';
  }

  private pauseLeftMs(): number {
    return this.openedAt + HALF_OPEN_AFTER_MS - Date.now();
  }

  private circuitOpen(operation: Operation, cause?: Error): DomainError {
    this.metrics.rejectedByBreaker(operation);
    const seconds = Math.max(1, Math.ceil(this.pauseLeftMs() / 1000));
    return new DomainError(
      'PBX_CIRCUIT_OPEN',
      `The PBX has failed several times in a row and is given a pause. Try again in ${seconds} s`,
      undefined,
      { cause },
    );
  }
}

/** An answer had begun, but was cut short, is too long, or is not HTTP (the parser's codes begin with HPE). */
function brokeOff({ response, code = '' }: AxiosError): boolean {
  return response !== undefined || code === 'ERR_BAD_RESPONSE' || code.startsWith('HPE_');
}
