import type { HttpAnswer } from './http-answer.js';
import type { Load, Workload } from './load-generator.js';

/** How a request is answered that was taken for what it is, and all of its work done. */
const DUE: Readonly<Record<Workload, { readonly status: number; readonly text: string }>> = {
  calls: { status: 200, text: '"result":"accepted"' },
  clicks: { status: 200, text: '"status":"success"' },
  forged: { status: 401, text: '"WEBHOOK_REFUSED"' },
};

/** Kinds of failures worth naming. */
const NAMED_FAILURES = 5;

/** The value below which so large a share of the values lies, of values in ascending order: one of them, by nearest rank. */
export function percentile(sorted: ArrayLike<number>, share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN;
}

/** Counts the answers to one load. */
export class Tally {
  private readonly latencies: number[] = [];
  private readonly failures = new Map<string, number>();
  private succeeded = 0;
  private refused = 0;
  calls = 0;
  readonly missedCustomers = new Set<number>();

  constructor(
    private readonly workload: Workload,
    private readonly mayRefuse: boolean,
  ) {}

  /** @returns whether the request was answered as it should be */
  answered({ status, body }: HttpAnswer, milliseconds: number): boolean {
    this.latencies.push(milliseconds);
    const due = DUE[this.workload];
    if (status === due.status && body.includes(due.text)) {
      this.succeeded += 1;
      return true;
    }
    if (this.mayRefuse && (status === 429 || status === 503)) this.refused += 1;
    else this.failed(status === due.status ? `answered ${status} without ${due.text}` : `answered ${status}`);
    return false;
  }

  failed(why: string): void {
    this.failures.set(why, (this.failures.get(why) ?? 0) + 1);
  }

  /** @param seconds from the first request to the last answer */
  total(seconds: number): Omit<Load, 'generatorCpuMicros'> {
    const sorted = Float64Array.from(this.latencies).sort();
    const failures = [...this.failures].sort(([, a], [, b]) => b - a);
    return {
      workload: this.workload,
      requestsPerSecond: this.succeeded / seconds,
      p50: percentile(sorted, 0.5),
      p99: percentile(sorted, 0.99),
      succeeded: this.succeeded,
      refused: this.refused,
      failed: failures.reduce((sum, [, count]) => sum + count, 0),
      failures: failures.slice(0, NAMED_FAILURES).map(([why, count]) => `${count} ${why}`),
      calls: this.calls,
      missedCustomers: this.missedCustomers.size,
    };
  }
}
