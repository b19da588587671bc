import { Injectable } from '@nestjs/common';
import { Counter, Registry } from 'prom-client';

/** stored: the copy is there; failed: it is tried again; gone: it is not. */
const RESULTS = ['stored', 'failed', 'gone'] as const;
export type FetchResult = (typeof RESULTS)[number];

/** Metrics of the copies of recordings. */
@Injectable()
export class RecordingMetrics {
  private readonly fetches: Counter<'result'>;

  constructor(registry: Registry) {
    this.fetches = new Counter({
      name: 'telephony_recording_fetches_total',
      help: 'Tries to fetch the copy of a recording, by result.',
      labelNames: ['result'],
      registers: [registry],
    });
    for (const result of RESULTS) this.fetches.inc({ result }, 0);
  }

  fetched(result: FetchResult): void {
    this.fetches.inc({ result });
  }
}
