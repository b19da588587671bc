import { Agent } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { type Webhook, webhooksOf } from '../../support/webhook-lives.js';
import { newCall, secondsToNow } from '../events.js';
import { NoAnswer, pathOf, post } from '../http.js';
import { newId, signed, STANDARD } from '../signature.js';

/** Calls that are open at the same time. */
const CALLS = 200;

/** Longest random pause between two events of a call. */
const MAX_PAUSE_MS = 3_000;

/** Pause before an event that was not taken is sent again. */
const RETRY_MS = 100;

/** 200 calls that change all the time: each rings, is answered, sometimes handed on, ends, and gives way to the next. */
export class MovingCalls {
  private isStopping = false;
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 32 });
  private readonly lives: Promise<void>[];

  /**
   * @param urls of the instances; each event goes to one of them
   * @param extensions where calls ring
   */
  constructor(
    private readonly urls: readonly string[],
    private readonly extensions: readonly string[],
  ) {
    this.lives = Array.from({ length: CALLS }, () => this.live());
  }

  /** Resolves when each event that was sent is acknowledged. The calls stay as they are then. */
  async stop(): Promise<void> {
    this.isStopping = true;
    await Promise.all(this.lives);
    this.agent.destroy();
  }

  private async live(): Promise<void> {
    for (;;) {
      const { id, caller } = newCall();
      for (const webhook of this.eventsOf(id, caller)) {
        await pause(Math.random() * MAX_PAUSE_MS);
        if (this.isStopping) return;
        await this.deliver(webhook());
      }
    }
  }

  private eventsOf(id: string, caller: string): (() => Webhook)[] {
    const call = webhooksOf(id, caller);
    const rings = this.any();
    const answers = this.any();
    const next = this.any();
    const isHandedOn = Math.random() < 0.3;
    return [
      () => call.incoming(secondsToNow(), rings),
      () => call.answered(secondsToNow(), answers),
      ...(isHandedOn ? [() => call.answered(secondsToNow(), next)] : []),
      () => call.ended(secondsToNow(), 20),
    ];
  }

  private any(): string {
    return this.extensions[Math.floor(Math.random() * this.extensions.length)] ?? '';
  }

  private async deliver({ route, body }: Webhook): Promise<void> {
    const id = newId();
    const bytes = Buffer.from(JSON.stringify(body));
    for (;;) {
      const url = this.urls[Math.floor(Math.random() * this.urls.length)] ?? '';
      try {
        const { status } = await post(url + pathOf(route), signed(STANDARD, bytes, { id }), {
          agent: this.agent,
        });
        if (status === 200) return;
      } catch (error) {
        if (!(error instanceof NoAnswer)) throw error;
      }
      await pause(RETRY_MS);
    }
  }
}
