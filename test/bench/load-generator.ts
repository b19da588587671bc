import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Workload } from './workload.js';

/** One run of requests against one server. */
export interface LoadOrder {
  readonly url: string;
  readonly workload: Workload;
  readonly seconds: number;
  /** Requests under way at once. */
  readonly connections: number;
  /** Number of the first call. */
  readonly firstCall: number;
  /** What the server checks tokens with. */
  readonly jwtSecret: string;
}

/** What came of it. */
export interface Load {
  readonly requestsPerSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Requests that were answered with 200, as new ones. */
  readonly succeeded: number;
  readonly failed: number;
  /** What became of those that failed. */
  readonly failures: readonly string[];
}

/** Sends the requests, from a process of its own: what it costs is not taken from who is measured. */
export class LoadGenerator {
  private readonly process: ChildProcess = fork(fileURLToPath(new URL('load.ts', import.meta.url)));
  private readonly closed = once(this.process, 'close');

  /** @throws {Error} when the process ends before it has answered, or `signal` is given */
  async run(order: LoadOrder, signal: AbortSignal): Promise<Load> {
    this.process.send(order);
    const answer: unknown[] | null = await Promise.race([
      once(this.process, 'message', { signal }),
      this.closed.then(() => null),
    ]);
    if (answer === null) throw new Error('The load generator ended before its work was done');
    return answer[0] as Load;
  }

  async stop(): Promise<void> {
    this.process.kill('SIGKILL');
    await this.closed;
  }
}
