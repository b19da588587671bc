import { Agent } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { CALL_START } from '../support/call-events.js';
import { type Webhook, webhooksOf } from '../support/webhook-lives.js';
import { NotHeld } from './fault.js';
import { type Answer, jsonOf, NoAnswer, pathOf, post } from './http.js';
import { newId, type Profile, signed, STANDARD } from './signature.js';

/** An event of the load, and whether it was acknowledged. */
export interface SentEvent {
  /** A field of the body that identifies the event in the stored receipts. */
  readonly marker: string;
  readonly call: LoadCall;
  acknowledged: boolean;
}

/** A call of the load, with a unique id and caller. */
export interface LoadCall {
  readonly id: string;
  readonly caller: string;
  readonly missed: boolean;
  readonly talkSeconds: number;
}

export interface LoadOptions {
  /** Part of ids and numbers, 0 to 99: must differ between loads on the same database. */
  readonly series: number;
  /** URL of the server. Called before each request, so that it may change. */
  readonly url: () => string;
  /** Concurrent requests. */
  readonly connections: number;
  /** New connections and `PostOptions.announced` for all requests, to know which ones the server received. */
  readonly announced?: boolean;
  readonly profile?: Profile;
}

/** Pause between two attempts; shorter than that of a real PBX, to increase the load. */
const RETRY_MS = 100;

/** Time until the last event must be acknowledged, after the load has stopped. */
const SETTLE_MS = 60_000;

/** Simulates a PBX under load: sends complete calls, retries each event until it is acknowledged, and records the results. */
export class Load {
  readonly events: SentEvent[] = [];
  /** Number of responses by status. */
  readonly statuses = new Map<number, number>();
  /** Requests without a response. */
  readonly unanswered: NoAnswer[] = [];
  /** Responses that are wrong under any fault. */
  readonly unexpectedAnswers: string[] = [];
  acknowledged = 0;
  /** Longest response time, in milliseconds. */
  slowest = 0;
  private stopping = false;
  private settleUntil = Infinity;
  private calls = 0;
  private readonly senders: Promise<void>[];

  constructor(private readonly options: LoadOptions) {
    this.senders = Array.from({ length: options.connections }, () => this.send());
  }

  /** Waits until this many further events are acknowledged. @throws {NotHeld} when that takes too long */
  async progress(events: number, withinMs = 30_000): Promise<void> {
    const target = this.acknowledged + events;
    const deadline = performance.now() + withinMs;
    while (this.acknowledged < target) {
      if (performance.now() > deadline) {
        throw new NotHeld(
          `${events - (target - this.acknowledged)} of ${events} events taken in ${withinMs} ms; ${this.summary}`,
        );
      }
      await pause(10);
    }
  }

  /** Starts no new calls, and waits until all events of the started ones are acknowledged. @throws {NotHeld} on timeout */
  async finish(settleMs = SETTLE_MS): Promise<void> {
    this.stopping = true;
    this.settleUntil = performance.now() + settleMs;
    await Promise.all(this.senders);
    const open = this.events.filter(({ acknowledged }) => !acknowledged).length;
    if (open > 0)
      throw new NotHeld(`${open} events were not taken within ${settleMs} ms of the end; ${this.summary}`);
  }

  /** Stops without further retries. */
  async abandon(): Promise<void> {
    this.stopping = true;
    this.settleUntil = 0;
    await Promise.all(this.senders);
  }

  get summary(): string {
    const answers = [...this.statuses].map(([status, times]) => `${status} x ${times}`);
    return [...answers, `no answer x ${this.unanswered.length}`].join(', ');
  }

  private async send(): Promise<void> {
    const agent = this.options.announced ? undefined : new Agent({ keepAlive: true, maxSockets: 1 });
    while (!this.stopping) {
      const call = this.nextCall();
      let number = 0;
      for (const webhook of eventsOf(call)) {
        number += 1;
        const marker = `${call.id}-${number}`;
        const event: SentEvent = { marker, call, acknowledged: false };
        this.events.push(event);
        await this.deliver(event, webhook, agent);
        if (!event.acknowledged) break;
      }
    }
    agent?.destroy();
  }

  private nextCall(): LoadCall {
    const n = (this.calls += 1);
    const { series } = this.options;
    return {
      id: `BN-LOAD-${series}-${n}`,
      caller: `017${String(series).padStart(2, '0')}${String(n).padStart(6, '0')}`,
      missed: n % 4 === 0,
      talkSeconds: 15 + (n % 25),
    };
  }

  /** Sends an event with the same delivery id until it is acknowledged. Each attempt is signed again. */
  private async deliver(event: SentEvent, webhook: Webhook, agent: Agent | undefined): Promise<void> {
    const id = newId();
    const body = Buffer.from(JSON.stringify({ ...webhook.body, marker: event.marker }));
    for (let attempt = 1; performance.now() < this.settleUntil; attempt += 1) {
      const message = signed(this.options.profile ?? STANDARD, body, { id });
      try {
        const answer = await post(this.options.url() + pathOf(webhook.route), message, {
          ...(agent && { agent }),
          announced: this.options.announced ?? false,
        });
        this.record(event, answer, attempt);
        if (event.acknowledged) return;
      } catch (error) {
        if (!(error instanceof NoAnswer)) throw error;
        this.unanswered.push(error);
      }
      await pause(RETRY_MS);
    }
  }

  private record(event: SentEvent, answer: Answer, attempt: number): void {
    const { status, retryAfter } = answer;
    this.slowest = Math.max(this.slowest, answer.milliseconds);
    this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
    const { result } = jsonOf(answer);
    if (status === 200 && (result === 'accepted' || (result === 'duplicate' && attempt > 1))) {
      event.acknowledged = true;
      this.acknowledged += 1;
      return;
    }
    const isRetryable = (status === 503 || status === 429) && retryAfter !== undefined;
    if (!isRetryable && this.unexpectedAnswers.length < 5) {
      this.unexpectedAnswers.push(
        `${status}, Retry-After ${retryAfter}, ${answer.body.toString().slice(0, 200)}`,
      );
    }
  }
}

/**
 * The events of a call that ends now. The times must be recent, because the sweeper closes calls that ring for minutes.
 * Missed events have no call id, as in the contract.
 */
function eventsOf({ id, caller, missed, talkSeconds }: LoadCall): Webhook[] {
  const call = webhooksOf(id, caller);
  const end = Math.floor((Date.now() - CALL_START) / 1000);
  return missed
    ? [call.incoming(end - 25), call.missed(end)]
    : [call.incoming(end - talkSeconds - 10), call.answered(end - talkSeconds), call.ended(end, talkSeconds)];
}
