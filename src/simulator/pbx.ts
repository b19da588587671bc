import { randomInt } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { planDeliveries, seededRandom, type Delivery, type Random } from './webhooks/delivery-plan.js';
import type { PbxEvent } from './webhooks/events.js';
import type { Journal, PostedWebhook } from './journal.js';
import type { Knobs } from './knobs.js';
import { Refusal } from './http/refusal.js';
import { hangUp, storyOf, transfer, type CallFacts } from './scenario.js';
import type { WebhookPoster } from './webhooks/webhook-poster.js';

/** One call that the PBX carries, and what the CRM has yet to hear of it. */
export interface Call extends CallFacts {
  readonly knobs: Knobs;
  readonly seed: number;
  readonly random: Random;
  readonly crmCallId: unknown;
  readonly posted: PostedWebhook[];
  toTell: Delivery[];
  telling: Promise<void> | null;
  /** The CRM has heard of this call: by a webhook, or by the answer to its start. */
  known: boolean;
  answered: boolean;
  over: boolean;
  transfers: number;
}

export type NewCall = Pick<Call, 'scenario' | 'customerNumber' | 'extension' | 'knobs'> &
  Partial<Pick<Call, 'crmCallId'>>;

/** The calls of the simulated PBX: each one's story, and how it is told to the CRM. */
export class Pbx {
  private readonly calls = new Map<string, Call>();

  constructor(
    private readonly poster: WebhookPoster,
    private readonly journal: Journal,
    private readonly stopped: AbortSignal,
  ) {}

  /** Begins a call; nothing is told before `tell` or `tellFirst`. */
  begin({ scenario, customerNumber, extension, knobs, crmCallId }: NewCall): Call {
    const seed = knobs.seed ?? randomInt(2 ** 32);
    const call: Call = {
      // Random, so that a simulator which is started again does not go on with the ids of calls long over.
      id: `BN-CALL-${randomInt(10 ** 11, 10 ** 12)}`,
      scenario,
      customerNumber,
      extension,
      startedAt: new Date(),
      knobs,
      seed,
      random: seededRandom(seed),
      crmCallId,
      posted: [],
      toTell: [],
      telling: null,
      known: false,
      answered: false,
      over: false,
      transfers: 0,
    };
    this.calls.set(call.id, call);
    call.toTell = this.plan(call, storyOf(call));
    return call;
  }

  /** @throws {Refusal} 404 for an id this PBX never gave out */
  find(id: unknown): Call {
    const call = typeof id === 'string' ? this.calls.get(id) : undefined;
    if (!call) throw new Refusal(404, 'Call not found');
    return call;
  }

  /** Ends a call; one that is over stays as it ended. */
  hangUp(call: Call): void {
    if (call.over) return;
    call.over = true;
    call.toTell = this.plan(call, hangUp(call, call.answered));
  }

  /** @throws {Refusal} 409 unless somebody is talking */
  transfer(call: Call, extension: string): void {
    if (call.over) throw new Refusal(409, 'Call already ended');
    if (!call.answered) throw new Refusal(409, 'Call not answered yet');
    call.transfers += 1;
    call.toTell.unshift(...this.plan(call, [transfer(call, extension, call.transfers)]));
  }

  /** Posts what there is to tell of a call, one webhook after the other. Ends when nothing is left. */
  tell(call: Call): Promise<void> {
    return this.begunTelling(call, Infinity);
  }

  /** Posts the first webhook of a call that is not dropped. */
  tellFirst(call: Call): Promise<void> {
    return this.begunTelling(call, 1);
  }

  /** Ends when no call is being told any more. */
  async silence(): Promise<void> {
    await Promise.all([...this.calls.values()].map(async (call) => call.telling));
  }

  /** One at a time for each call, so that its webhooks never overtake each other unasked. */
  private async begunTelling(call: Call, postings: number): Promise<void> {
    if (call.toTell.length > 0) call.telling ??= this.tellNext(call, postings);
    await call.telling;
  }

  private plan(call: Call, events: PbxEvent[]): Delivery[] {
    const told = call.knobs.echoCrmCallId
      ? events.map((event) => ({ ...event, crm_call_id: call.crmCallId }))
      : events;
    return planDeliveries(told, call.knobs, call.random);
  }

  private async tellNext(call: Call, postings: number): Promise<void> {
    let left = postings;
    while (left > 0 && call.toTell.length > 0 && !this.stopped.aborted) {
      const delayMs = call.known ? call.knobs.delayMs : 0;
      await pause(delayMs, undefined, { signal: this.stopped }).catch(() => undefined);
      // Taken only now: a hang-up or a transfer during the pause changes what comes next.
      const next = call.toTell.shift();
      if (next && !this.stopped.aborted) left -= await this.deliver(call, next);
    }
    call.telling = null;
  }

  /** Returns how many webhooks were posted: none for a dropped event. */
  private async deliver(call: Call, { event, dropped }: Delivery): Promise<number> {
    if (event.event === 'call_answered') call.answered = true;
    if (event.event === 'call_ended' || event.event === 'call_missed') call.over = true;
    if (dropped) {
      this.journal.dropped(event);
      return 0;
    }
    call.known = true;
    call.posted.push(await this.poster.post(event, call.knobs.oneShot));
    return 1;
  }
}
