import { Injectable } from '@nestjs/common';
import { Counter, Histogram, Registry } from 'prom-client';
import { addGauge, unlabelled } from './gauge.js';

export const BREAKER_STATES = ['closed', 'half-open', 'open'] as const;
/** closed: requests are sent; open: requests fail at once; half-open: the next request tests the PBX. */
export type BreakerState = (typeof BREAKER_STATES)[number];

/** Metrics of requests to the PBX. */
@Injectable()
export class PbxMetrics {
  private readonly requests: Histogram<'operation' | 'outcome'>;
  private readonly rejectedRequests: Counter<'operation'>;
  private breakerState: (() => BreakerState) | null = null;

  constructor(registry: Registry) {
    this.requests = new Histogram({
      name: 'telephony_pbx_request_seconds',
      help: 'Duration of requests to the PBX by operation and outcome; each attempt counts.',
      labelNames: ['operation', 'outcome'],
      buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15],
      registers: [registry],
    });
    this.rejectedRequests = new Counter({
      name: 'telephony_pbx_not_asked_total',
      help: 'Operations that failed at once because the circuit breaker was open.',
      labelNames: ['operation'],
      registers: [registry],
    });
    addGauge(registry, {
      name: 'telephony_pbx_mock',
      help: '1 in mock mode, in which no call goes out; 0 in live mode.',
      read: () => unlabelled(this.breaker() === null ? 1 : 0),
    });
    addGauge(registry, {
      name: 'telephony_pbx_breaker_state',
      help: '1 for the current state of the circuit breaker, 0 for the others; no samples in mock mode.',
      labelNames: ['state'],
      read: () => {
        const current = this.breaker();
        if (current === null) return [];
        return BREAKER_STATES.map((state) => [{ state }, state === current ? 1 : 0]);
      },
    });
  }

  /**
   * Records a finished request to the PBX.
   *
   * @param outcome `accepted`, or the code of the error in lower case, such as `pbx_timeout`
   */
  request(operation: string, outcome: string, seconds: number): void {
    this.requests.observe({ operation, outcome }, seconds);
  }

  /** Records a request that was not sent, because the circuit breaker is open. */
  rejectedByBreaker(operation: string): void {
    this.rejectedRequests.inc({ operation });
  }

  /** @param read returns the current state; called at each scrape and readiness check */
  watchBreaker(read: () => BreakerState): void {
    this.breakerState = read;
  }

  /** null in mock mode: there is no circuit breaker. */
  breaker(): BreakerState | null {
    return this.breakerState?.() ?? null;
  }
}
