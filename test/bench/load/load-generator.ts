import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** calls: what the PBX reports of calls, signed; forged: the same, signed with another key; clicks: agents who call. */
export type Workload = 'calls' | 'forged' | 'clicks';

/** One run of requests against one server. */
export interface LoadOrder {
  readonly url: string;
  readonly workload: Workload;
  readonly seconds: number;
  /** Requests under way at once. */
  readonly connections: number;
  /** Number of the first call. */
  readonly firstCall: number;
  /** Requests to make and sign before the clock starts; more are made on the way when these are used up. */
  readonly prepared: number;
  /** What the webhooks are signed with. */
  readonly webhookSecret: string;
  /** What the server checks tokens with. */
  readonly jwtSecret: string;
  /** Answers that say "later": neither taken nor failed. */
  readonly mayRefuse: boolean;
}

/** What came of it. */
export interface Load {
  readonly workload: Workload;
  readonly requestsPerSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Requests that were answered as they should be. */
  readonly succeeded: number;
  /** Answered 429 or 503, where that is allowed. */
  readonly refused: number;
  readonly failed: number;
  /** What became of those that failed. */
  readonly failures: readonly string[];
  /** Calls whose first event was taken. */
  readonly calls: number;
  /** Customers who were reported as missed. */
  readonly missedCustomers: number;
  /** What the load itself cost for each request, in microseconds of CPU. */
  readonly generatorCpuMicros: number;
}

export type LoadAnswer = Load | { readonly problem: string };

/** Sends the requests, from a process of its own: what it costs is not taken from who is measured. */
export class LoadGenerator {
  private readonly process: ChildProcess = fork(fileURLToPath(new URL('main.ts', import.meta.url)));
  private readonly closed = once(this.process, 'close');

  /** @throws {Error} when the server lets nobody in, the process ends before it has answered, or `signal` is given */
  async run(order: LoadOrder, signal: AbortSignal): Promise<Load> {
    this.process.send(order);
    const message: unknown[] | null = await Promise.race([
      once(this.process, 'message', { signal }),
      this.closed.then(() => null),
    ]);
    if (message === null) throw new Error('The load generator ended before its work was done');
    const answer = message[0] as LoadAnswer;
    if ('problem' in answer) throw new Error(`The load could not be sent: ${answer.problem}`);
    return answer;
  }

  async stop(): Promise<void> {
    this.process.kill('SIGKILL');
    await this.closed;
  }
}
