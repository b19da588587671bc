import { randomInt } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { planDeliveries, seededRandom, type Delivery, type Random } from './webhooks/delivery-plan.js';
import type { PbxEvent } from './webhooks/events.js';
import type { Journal, PostedWebhook } from './journal.js';
import type { CallSettings } from './call-settings.js';
import { Refusal } from './http/refusal.js';
import { hangUp, eventsOf, transfer, type CallFacts } from './scenario.js';
import type { WebhookPoster } from './webhooks/webhook-poster.js';

/** A simulated call and the webhooks that are still to be posted for it. */
export interface Call extends CallFacts {
  readonly settings: CallSettings;
  readonly seed: number;
  readonly random: Random;
  readonly crmCallId: unknown;
  readonly posted: PostedWebhook[];
  pending: Delivery[];
  posting: Promise<void> | null;
  /** The CRM knows the call, by a webhook or by the response to its start request. */
  announced: boolean;
  answered: boolean;
  ended: boolean;
  transfers: number;
}

export type NewCall = Pick<Call, 'scenario' | 'customerNumber' | 'extension' | 'settings'> &
  Partial<Pick<Call, 'crmCallId'>>;

/** The calls of the simulated PBX. Plans the events of each call and posts them to the CRM. */
export class Pbx {
  private readonly calls = new Map<string, Call>();

  constructor(
    private readonly poster: WebhookPoster,
    private readonly journal: Journal,
    private readonly stopped: AbortSignal,
    /** Where recordings are served; asked when a call begins. */
    private readonly recordingsUrl: () => string,
  ) {}

  /** Creates a call. Webhooks are posted only by `post` and `postFirst`. */
  begin({ scenario, customerNumber, extension, settings, crmCallId }: NewCall): Call {
    const seed = settings.seed ?? randomInt(2 ** 32);
    const call: Call = {
      // Random, so that a restarted simulator does not reuse ids of earlier calls.
      id: `BN-CALL-${randomInt(10 ** 11, 10 ** 12)}`,
      scenario,
      customerNumber,
      extension,
      startedAt: new Date(),
      recordingsUrl: this.recordingsUrl(),
      settings,
      seed,
      random: seededRandom(seed),
      crmCallId,
      posted: [],
      pending: [],
      posting: null,
      announced: false,
      answered: false,
      ended: false,
      transfers: 0,
    };
    this.calls.set(call.id, call);
    call.pending = this.plan(call, eventsOf(call));
    return call;
  }

  /** @throws {Refusal} 404 for an unknown id */
  find(id: unknown): Call {
    const call = typeof id === 'string' ? this.calls.get(id) : undefined;
    if (!call) throw new Refusal(404, 'Call not found');
    return call;
  }

  /** Ends a call and replaces its remaining events. Does nothing if the call has ended. */
  hangUp(call: Call): void {
    if (call.ended) return;
    call.ended = true;
    call.pending = this.plan(call, hangUp(call, call.answered));
  }

  /** @throws {Refusal} 409 unless the call is answered and has not ended */
  transfer(call: Call, extension: string): void {
    if (call.ended) throw new Refusal(409, 'Call already ended');
    if (!call.answered) throw new Refusal(409, 'Call not answered yet');
    call.transfers += 1;
    call.pending.unshift(...this.plan(call, [transfer(call, extension, call.transfers)]));
  }

  /** Posts all pending webhooks of a call one after the other. */
  post(call: Call): Promise<void> {
    return this.startPosting(call, Infinity);
  }

  /** Posts the pending webhooks of a call up to the first one that is not dropped. */
  postFirst(call: Call): Promise<void> {
    return this.startPosting(call, 1);
  }

  /** Resolves when no webhook is being posted. */
  async whenIdle(): Promise<void> {
    await Promise.all([...this.calls.values()].map(async (call) => call.posting));
  }

  /** One run at a time per call, so that its webhooks keep their planned order. */
  private async startPosting(call: Call, postings: number): Promise<void> {
    if (call.pending.length > 0) call.posting ??= this.postPending(call, postings);
    await call.posting;
  }

  private plan(call: Call, events: PbxEvent[]): Delivery[] {
    const payloads = call.settings.echoCrmCallId
      ? events.map((event) => ({ ...event, crm_call_id: call.crmCallId }))
      : events;
    return planDeliveries(payloads, call.settings, call.random);
  }

  private async postPending(call: Call, postings: number): Promise<void> {
    let left = postings;
    while (left > 0 && call.pending.length > 0 && !this.stopped.aborted) {
      const delayMs = call.announced ? call.settings.delayMs : 0;
      await pause(delayMs, undefined, { signal: this.stopped }).catch(() => undefined);
      // Shifted after the pause: a hangup or a transfer during the pause changes the next event.
      const next = call.pending.shift();
      if (next && !this.stopped.aborted) left -= await this.deliver(call, next);
    }
    call.posting = null;
  }

  /** @returns the number of posted webhooks: 0 for a dropped event */
  private async deliver(call: Call, { event, dropped }: Delivery): Promise<number> {
    if (event.event === 'call_answered') call.answered = true;
    if (event.event === 'call_ended' || event.event === 'call_missed') call.ended = true;
    if (dropped) {
      this.journal.dropped(event);
      return 0;
    }
    call.announced = true;
    call.posted.push(await this.poster.post(event, call.settings.oneShot));
    return 1;
  }
}
