import { Injectable } from '@nestjs/common';
import { Counter, Registry } from 'prom-client';

/** Limits of starts, as labels of the metric. */
export const START_LIMITS = ['open_calls', 'agent_minute', 'agent_hour', 'all_minute'] as const;
export type StartLimit = (typeof START_LIMITS)[number];

/** Metrics of clicks to call. */
@Injectable()
export class StartMetrics {
  private readonly refusals: Counter<'limit'>;

  constructor(registry: Registry) {
    this.refusals = new Counter({
      name: 'telephony_starts_refused_total',
      help: 'Starts that were refused because of a limit, by limit.',
      labelNames: ['limit'],
      registers: [registry],
    });
    for (const limit of START_LIMITS) this.refusals.inc({ limit }, 0);
  }

  refused(limit: StartLimit): void {
    this.refusals.inc({ limit });
  }
}
