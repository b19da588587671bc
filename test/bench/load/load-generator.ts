import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** calls: signed webhooks of calls; forged: the same, signed with a wrong key; clicks: agents who click to call. */
export type Workload = 'calls' | 'forged' | 'clicks';

/** Parameters of a load on one server. */
export interface LoadParameters {
  readonly url: string;
  readonly workload: Workload;
  readonly seconds: number;
  /** Concurrent requests. */
  readonly connections: number;
  /** Requests are sent at random moments, on average so many in a second; null: each as soon as the last is answered. */
  readonly requestsPerSecond: number | null;
  /** Number of the first call. */
  readonly firstCall: number;
  /** Requests to create and sign before the measurement starts; further ones are created during it. */
  readonly prepared: number;
  /** Secret to sign webhooks with. */
  readonly webhookSecret: string;
  /** Secret to sign tokens with. */
  readonly jwtSecret: string;
  /** 429 and 503 count as rejected, not as failed. */
  readonly allowsRejection: boolean;
}

/** An accepted request: the number of its call, its place among the requests of that call, and when its answer had come. */
export type Acceptance = readonly [call: number, step: number, at: number];

/** Result of a load. */
export interface Load {
  readonly workload: Workload;
  readonly requestsPerSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Requests with the expected response. */
  readonly succeeded: number;
  /** Requests answered 429 or 503, if that is allowed. */
  readonly refused: number;
  readonly failed: number;
  /** The most frequent failures, with their counts. */
  readonly failures: readonly string[];
  /** Calls whose first event was accepted. */
  readonly calls: number;
  /** Customers with an accepted missed call. */
  readonly missedCustomers: number;
  readonly accepted: readonly Acceptance[];
  /** CPU time of the load generator per request, in microseconds. */
  readonly generatorCpuMicros: number;
}

export type LoadAnswer = Load | { readonly problem: string };

/** Sends the requests from a separate process, so that its CPU time is not counted for the server. */
export class LoadGenerator {
  private readonly process: ChildProcess = fork(fileURLToPath(new URL('main.ts', import.meta.url)));
  private readonly closed = once(this.process, 'close');

  /** @throws {Error} when the server accepts no connection, the process ends early, or `signal` aborts */
  async run(parameters: LoadParameters, signal: AbortSignal): Promise<Load> {
    this.process.send(parameters);
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
