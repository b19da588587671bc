import { Injectable } from '@nestjs/common';
import { Counter, Histogram, Registry } from 'prom-client';
import { addGauge } from './gauge.js';

export const BREAKER_STATES = ['closed', 'half-open', 'open'] as const;
/** closed: the PBX is asked; open: it is not, for a while; half-open: the next request will try it. */
export type BreakerState = (typeof BREAKER_STATES)[number];

/** What is counted of our requests to the PBX. */
@Injectable()
export class PbxMetrics {
  private readonly requests: Histogram<'operation' | 'outcome'>;
  private readonly notAsked: Counter<'operation'>;
  private breakerState: (() => BreakerState) | null = null;

  constructor(registry: Registry) {
    this.requests = new Histogram({
      name: 'telephony_pbx_request_seconds',
      help: 'Requests to the PBX, each try by itself: how long they took, by operation and outcome.',
      labelNames: ['operation', 'outcome'],
      buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15],
      registers: [registry],
    });
    this.notAsked = new Counter({
      name: 'telephony_pbx_not_asked_total',
      help: 'Operations refused at once because the circuit was open.',
      labelNames: ['operation'],
      registers: [registry],
    });
    addGauge(registry, {
      name: 'telephony_pbx_breaker_state',
      help: '1 for the state the circuit breaker of the PBX is in, 0 for the others; none in mock mode.',
      labelNames: ['state'],
      read: () => {
        const present = this.breaker();
        if (present === null) return [];
        return BREAKER_STATES.map((state) => [{ state }, state === present ? 1 : 0]);
      },
    });
  }

  /**
   * One request to the PBX was answered or given up.
   * @param outcome `accepted`, or the code of the error in lower case, such as `pbx_timeout`
   */
  request(operation: string, outcome: string, seconds: number): void {
    this.requests.observe({ operation, outcome }, seconds);
  }

  /** The PBX was not asked: its circuit is open. */
  refusedByBreaker(operation: string): void {
    this.notAsked.inc({ operation });
  }

  /** Where to look when somebody wants to know whether the PBX is being asked. */
  watchBreaker(look: () => BreakerState): void {
    this.breakerState = look;
  }

  /** null: there is no PBX, and no breaker. */
  breaker(): BreakerState | null {
    return this.breakerState?.() ?? null;
  }
}
