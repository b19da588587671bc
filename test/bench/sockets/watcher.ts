import { io, type Socket } from 'socket.io-client';
import type { LiveCall, ReadyMessage, ServerEvents } from '../../../src/client/wire.js';
import { callOfId } from '../population.js';
import { wallClock } from '../wall-clock.js';
import { type Stage, stageOf } from './stages.js';

/** A browser: a socket that notes when it saw each stage of each call. */
export class Watcher {
  private readonly socket: Socket<ServerEvents>;
  private readonly seen = new Map<number, number[]>();
  /** When it was last asked to fetch the open calls instead, by {@link wallClock}. */
  private askedAt = -Infinity;
  /** The instances that let it in, one after the other. */
  readonly instances: string[] = [];
  /** When the last one did, by {@link wallClock}. */
  readyAt = NaN;

  private constructor(
    url: string,
    token: string,
    /** null: a supervisor, who sees all calls. */
    readonly extension: string | null,
  ) {
    this.socket = io(`${url}/telephony`, { transports: ['websocket'], auth: { token }, forceNew: true });
    this.socket.on('ready', (message) => this.join(message));
    this.socket.on('resync', () => {
      this.askedAt = wallClock();
    });
    this.socket.on('incoming_call', ({ call }) => this.note(call));
    this.socket.on('call_updated', ({ call }) => {
      // An agent is told by `incoming_call` that a call rings, with who calls.
      if (extension === null || stageOf(call) > 1) this.note(call);
    });
  }

  /** Connects, and resolves when it is let in. */
  static async joined(url: string, token: string, extension: string | null): Promise<Watcher> {
    const watcher = new Watcher(url, token, extension);
    await new Promise<void>((resolve, reject) => {
      watcher.socket.once('ready', () => resolve());
      watcher.socket.once('connect_error', reject);
    });
    return watcher;
  }

  /** When it saw that a call had come to a stage, or beyond it. */
  sawAt(call: number, stage: Stage): number | undefined {
    return this.seen.get(call)?.[stage - 1];
  }

  /** Whether it was asked since to fetch the open calls: then changes until there may have no message. */
  wasAskedSince(time: number): boolean {
    return this.askedAt >= time;
  }

  forget(): void {
    this.seen.clear();
    this.askedAt = -Infinity;
  }

  close(): void {
    this.socket.disconnect();
  }

  private join({ instance }: ReadyMessage): void {
    this.instances.push(instance);
    this.readyAt = wallClock();
  }

  private note(call: LiveCall): void {
    const n = callOfId(call.externalCallId ?? '');
    const times = this.seen.get(n) ?? [];
    this.seen.set(n, times);
    // Of several changes in a row only the last may be pushed.
    for (let stage = times.length; stage < stageOf(call); stage += 1) times.push(wallClock());
  }
}
