import type { HttpAnswer } from './http-answer.js';
import type { Load, Workload } from './load-generator.js';

/** The response to a request that was processed completely. */
const EXPECTED: Readonly<Record<Workload, { readonly status: number; readonly text: string }>> = {
  calls: { status: 200, text: '"result":"accepted"' },
  clicks: { status: 200, text: '"status":"success"' },
  forged: { status: 401, text: '"WEBHOOK_REFUSED"' },
};

/** Maximum number of different failures to report. */
const MAX_FAILURES = 5;

/** Percentile by nearest rank. @param sorted values in ascending order @param share from 0 to 1 */
export function percentile(sorted: ArrayLike<number>, share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? NaN;
}

/** Counts the responses during a load. */
export class ResponseCounter {
  private readonly latencies: number[] = [];
  private readonly failures = new Map<string, number>();
  private succeeded = 0;
  private refused = 0;
  calls = 0;
  readonly missedCustomers = new Set<number>();

  constructor(
    private readonly workload: Workload,
    private readonly allowsRejection: boolean,
  ) {}

  /** @returns whether the response is the expected one */
  answered({ status, body }: HttpAnswer, milliseconds: number): boolean {
    this.latencies.push(milliseconds);
    const expected = EXPECTED[this.workload];
    if (status === expected.status && body.includes(expected.text)) {
      this.succeeded += 1;
      return true;
    }
    if (this.allowsRejection && (status === 429 || status === 503)) this.refused += 1;
    else
      this.failed(
        status === expected.status ? `answered ${status} without ${expected.text}` : `answered ${status}`,
      );
    return false;
  }

  failed(why: string): void {
    this.failures.set(why, (this.failures.get(why) ?? 0) + 1);
  }

  /** @param seconds from the first request to the last answer */
  total(seconds: number): Omit<Load, 'accepted' | 'generatorCpuMicros'> {
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
      failures: failures.slice(0, MAX_FAILURES).map(([why, count]) => `${count} ${why}`),
      calls: this.calls,
      missedCustomers: this.missedCustomers.size,
    };
  }
}
