import { Agent } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { CALL_START } from '../support/call-events.js';
import { type Webhook, webhooksOf } from '../support/webhook-lives.js';
import { NotHeld } from './fault.js';
import { type Answer, jsonOf, NoAnswer, pathOf, post } from './http.js';
import { newId, type Profile, signed, STANDARD } from './signature.js';

/** One event of the load, and what was heard of it. */
export interface SentEvent {
  /** In its body, so that it is found again whatever the service makes of it. */
  readonly marker: string;
  readonly call: LoadCall;
  acknowledged: boolean;
}

/** A call of the load, by an id and from a number that no other has. */
export interface LoadCall {
  readonly id: string;
  readonly caller: string;
  readonly missed: boolean;
  readonly talkSeconds: number;
}

export interface LoadOptions {
  /** Names calls and numbers: another for each load on one database, 0 to 99. */
  readonly series: number;
  /** Where to post to; asked before each request, so that it may change. */
  readonly url: () => string;
  /** Requests under way at once. */
  readonly connections: number;
  /** A connection for each request, and the body only when the server asks for it: so it is known what it took. */
  readonly announced?: boolean;
  readonly profile?: Profile;
}

/** Between two attempts: a PBX would wait longer, and press less. */
const RETRY_MS = 100;

/** After the load is over, so long may it take until the last event is taken. */
const SETTLE_MS = 60_000;

/** The PBX under load: whole calls, each event sent again until it is acknowledged, and a record of all of them. */
export class Load {
  readonly events: SentEvent[] = [];
  /** How often each status was answered. */
  readonly statuses = new Map<number, number>();
  /** Requests that got no answer, and what became of them. */
  readonly unanswered: NoAnswer[] = [];
  /** Answers that may not be given, whatever goes wrong. */
  readonly improper: string[] = [];
  acknowledged = 0;
  /** The longest time an answer took, in milliseconds. */
  slowest = 0;
  private stopping = false;
  private settleUntil = Infinity;
  private calls = 0;
  private readonly senders: Promise<void>[];

  constructor(private readonly options: LoadOptions) {
    this.senders = Array.from({ length: options.connections }, () => this.send());
  }

  /** Returns when so many more events are acknowledged. @throws {NotHeld} when that takes too long */
  async progress(events: number, withinMs = 30_000): Promise<void> {
    const due = this.acknowledged + events;
    const deadline = performance.now() + withinMs;
    while (this.acknowledged < due) {
      if (performance.now() > deadline) {
        throw new NotHeld(
          `${events - (due - this.acknowledged)} of ${events} events taken in ${withinMs} ms; ${this.summary}`,
        );
      }
      await pause(10);
    }
  }

  /** Begins no new calls, and goes on until every event of the begun ones is acknowledged. @throws {NotHeld} if one is not */
  async finish(settleMs = SETTLE_MS): Promise<void> {
    this.stopping = true;
    this.settleUntil = performance.now() + settleMs;
    await Promise.all(this.senders);
    const open = this.events.filter(({ acknowledged }) => !acknowledged).length;
    if (open > 0)
      throw new NotHeld(`${open} events were not taken within ${settleMs} ms of the end; ${this.summary}`);
  }

  /** Leaves everything as it is. */
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

  /** The same event under the same id until it is acknowledged, signed anew each time. */
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
        this.hear(event, answer, attempt);
        if (event.acknowledged) return;
      } catch (error) {
        if (!(error instanceof NoAnswer)) throw error;
        this.unanswered.push(error);
      }
      await pause(RETRY_MS);
    }
  }

  private hear(event: SentEvent, answer: Answer, attempt: number): void {
    const { status, retryAfter } = answer;
    this.slowest = Math.max(this.slowest, answer.milliseconds);
    this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
    const { result } = jsonOf(answer);
    if (status === 200 && (result === 'accepted' || (result === 'duplicate' && attempt > 1))) {
      event.acknowledged = true;
      this.acknowledged += 1;
      return;
    }
    const maySend = (status === 503 || status === 429) && retryAfter !== undefined;
    if (!maySend && this.improper.length < 5) {
      this.improper.push(`${status}, Retry-After ${retryAfter}, ${answer.body.toString().slice(0, 200)}`);
    }
  }
}

/**
 * What the PBX reports of a call that is over now: of one that seemed to ring for minutes, its end would be concluded.
 * Missed calls are reported without the id of the call, as in the contract.
 */
function eventsOf({ id, caller, missed, talkSeconds }: LoadCall): Webhook[] {
  const call = webhooksOf(id, caller);
  const end = Math.floor((Date.now() - CALL_START) / 1000);
  return missed
    ? [call.incoming(end - 25), call.missed(end)]
    : [call.incoming(end - talkSeconds - 10), call.answered(end - talkSeconds), call.ended(end, talkSeconds)];
}
