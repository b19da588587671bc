import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Acceptance } from '../load/load-generator.js';

export interface ConnectParameters {
  readonly url: string;
  readonly count: number;
  readonly jwtSecret: string;
}

/** From the answer of a webhook to the message at each socket that should see it. */
export interface Delays {
  readonly messages: number;
  /** Messages that did not come. */
  readonly missing: number;
  /** Milliseconds; below zero: the message came before the answer. */
  readonly p50: number;
  readonly p99: number;
  /** Sockets that had to connect again. */
  readonly cutOff: number;
}

export interface Moved {
  readonly count: number;
  /** When the last was let in, by `wallClock`. */
  readonly lastAt: number;
}

export type SocketRequest =
  | ({ readonly task: 'connect' } & ConnectParameters)
  | { readonly task: 'delays'; readonly accepted: readonly Acceptance[] }
  | { readonly task: 'moved'; readonly withinMs: number }
  | { readonly task: 'close' };

export type SocketAnswer = { readonly result: unknown } | { readonly problem: string };

/** Browsers: sockets in a process of their own, apart from the load, so that neither waits for the other. */
export class SocketProcess {
  private readonly process: ChildProcess = fork(fileURLToPath(new URL('main.ts', import.meta.url)));
  private readonly closed = once(this.process, 'close');

  get pid(): number {
    return this.process.pid ?? 0;
  }

  /** Connects so many more, and waits until they are let in. */
  async connect(parameters: ConnectParameters): Promise<void> {
    await this.ask({ task: 'connect', ...parameters });
  }

  /** Of all sockets, for these events. */
  async delays(accepted: readonly Acceptance[]): Promise<Delays> {
    return (await this.ask({ task: 'delays', accepted })) as Delays;
  }

  /** Waits until all sockets are at another instance than at first, at most so long. */
  async moved(withinMs: number): Promise<Moved> {
    return (await this.ask({ task: 'moved', withinMs })) as Moved;
  }

  async closeSockets(): Promise<void> {
    await this.ask({ task: 'close' });
  }

  async stop(): Promise<void> {
    this.process.kill('SIGKILL');
    await this.closed;
  }

  private async ask(request: SocketRequest): Promise<unknown> {
    this.process.send(request);
    const message: unknown[] | null = await Promise.race([
      once(this.process, 'message'),
      this.closed.then(() => null),
    ]);
    if (message === null) throw new Error('The process of the sockets ended before its work was done');
    const answer = message[0] as SocketAnswer;
    if ('problem' in answer) throw new Error(`The sockets failed: ${answer.problem}`);
    return answer.result;
  }
}
