import { Injectable } from '@nestjs/common';
import { Histogram, Registry } from 'prom-client';
import { CALL_EVENT_TYPES } from '../telephony/call/call-event.js';
import { addLiveGauge, single } from './live-gauge.js';
import { type Cell, Tally, TallyByLabel } from './tally.js';

/**
 * What became of an event. accepted, duplicate, ignored: as it was answered; quarantined: not the contract; conflict:
 * its id came before with another body; failed: authentic, kept, and to be tried again.
 */
export const EVENT_RESULTS = [
  'accepted',
  'duplicate',
  'ignored',
  'quarantined',
  'conflict',
  'failed',
] as const;
export type EventResult = (typeof EVENT_RESULTS)[number];

export const RETRY_RESULTS = ['applied', 'failed', 'dead'] as const;
export type RetryResult = (typeof RETRY_RESULTS)[number];

/** Events that wait for their batch, and how many may. */
export interface QueueState {
  readonly depth: number;
  /** By number or by bytes: who comes now is turned away. */
  readonly isFull: boolean;
  readonly limit: number;
}

/** How webhooks are verified. Ids of keys, never keys. */
export interface TrustState {
  readonly mode: 'off' | 'monitor' | 'enforce';
  readonly profile: string;
  readonly keyIds: readonly string[];
}

/** What an event is counted under that has no type, or none that is known. */
const UNKNOWN = 'unknown';

/**
 * What is counted of webhooks. Every method is synchronous and cheap enough to be called for each request; nothing that
 * came from outside becomes a label as it came.
 */
@Injectable()
export class WebhookMetrics {
  private readonly events: ReadonlyMap<string, Readonly<Record<EventResult, Cell>>>;
  private readonly unknownEvents: Readonly<Record<EventResult, Cell>>;
  private readonly refusals: TallyByLabel;
  private readonly wouldBeRefusals: TallyByLabel;
  private readonly keys: TallyByLabel;
  private readonly sweeps: TallyByLabel;
  private readonly retries: TallyByLabel;
  private readonly batchSizes: Histogram;
  private readonly commitTimes: Histogram;
  private skewSeconds: number | null = null;
  private queueState: (() => QueueState) | null = null;
  private trustState: (() => TrustState) | null = null;

  constructor(registry: Registry) {
    const events = new Tally(registry, {
      name: 'telephony_webhook_events_total',
      help: 'Authentic events, by type and by what became of them.',
      labelNames: ['type', 'result'],
    });
    this.unknownEvents = cellsOf(events, UNKNOWN);
    this.events = new Map(CALL_EVENT_TYPES.map((type) => [type, cellsOf(events, type)]));
    this.refusals = new TallyByLabel(registry, {
      name: 'telephony_webhook_refused_total',
      help: 'Webhooks refused before anything was stored, by reason.',
      label: 'reason',
    });
    this.wouldBeRefusals = new TallyByLabel(registry, {
      name: 'telephony_webhook_would_have_refused_total',
      help: 'Webhooks let in that signature mode enforce would refuse, by reason.',
      label: 'reason',
    });
    this.keys = new TallyByLabel(registry, {
      name: 'telephony_webhook_key_used_total',
      help: 'Webhooks verified, by the id of the key they were signed with.',
      label: 'key_id',
    });
    this.sweeps = new TallyByLabel(registry, {
      name: 'telephony_swept_calls_total',
      help: 'Calls whose end the PBX never reported and the sweeper concluded, by rule.',
      label: 'rule',
    });
    this.retries = new TallyByLabel(
      registry,
      {
        name: 'telephony_webhook_retries_total',
        help: 'Further tries of events that could not be applied, by result.',
        label: 'result',
      },
      RETRY_RESULTS,
    );
    this.batchSizes = new Histogram({
      name: 'telephony_webhook_batch_size',
      help: 'Events committed together.',
      buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512],
      registers: [registry],
    });
    this.commitTimes = new Histogram({
      name: 'telephony_webhook_commit_seconds',
      help: 'Time from taking a batch to its commit.',
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers: [registry],
    });
    this.addGauges(registry);
  }

  /** @param type of the event in our words (`CallEventType`); any other counts as `unknown` */
  event(type: string | null, result: EventResult): void {
    (this.events.get(type ?? UNKNOWN) ?? this.unknownEvents)[result].count += 1;
  }

  /** A webhook was turned away at the door. @param reason one of a closed set of words */
  refused(reason: string): void {
    this.refusals.add(reason);
  }

  /** In monitor mode: it was let in, but would have been turned away. @param reason as for `refused` */
  wouldBeRefused(reason: string): void {
    this.wouldBeRefusals.add(reason);
  }

  /** A signature was found good. @param keyId of the key that made it, never the key */
  keyUsed(keyId: string): void {
    this.keys.add(keyId);
  }

  /** @param seconds how far the PBX's clock was ahead of ours in the latest webhook; negative: behind */
  skew(seconds: number): void {
    this.skewSeconds = seconds;
  }

  /** @param seconds from taking the batch to its commit */
  batch(size: number, seconds: number): void {
    this.batchSizes.observe(size);
    this.commitTimes.observe(seconds);
  }

  /** The sweeper concluded the end of calls. @param rule its name */
  swept(rule: string, count: number): void {
    this.sweeps.add(rule, count);
  }

  retried(result: RetryResult): void {
    this.retries.add(result);
  }

  /** Where to look when somebody wants to know how full the queue is. */
  watchQueue(look: () => QueueState): void {
    this.queueState = look;
  }

  /** null: there is no queue to look at. */
  queue(): QueueState | null {
    return this.queueState?.() ?? null;
  }

  /** Where to look when somebody wants to know how webhooks are verified. */
  watchTrust(look: () => TrustState): void {
    this.trustState = look;
  }

  /** null: nothing verifies them. */
  trust(): TrustState | null {
    return this.trustState?.() ?? null;
  }

  private addGauges(registry: Registry): void {
    addLiveGauge(registry, {
      name: 'telephony_webhook_clock_skew_seconds',
      help: 'How far the clock of the PBX was ahead of ours in the latest webhook; negative: behind.',
      look: () => single(this.skewSeconds),
    });
    addLiveGauge(registry, {
      name: 'telephony_webhook_queue_depth',
      help: 'Events that are taken in and not yet committed.',
      look: () => single(this.queue()?.depth),
    });
    addLiveGauge(registry, {
      name: 'telephony_webhook_queue_limit',
      help: 'Most events that may be taken in and not yet committed; further ones are answered 429.',
      look: () => single(this.queue()?.limit),
    });
    addLiveGauge(registry, {
      name: 'telephony_webhook_signature_info',
      help: 'How webhooks are verified: always 1, the answer is in the labels.',
      labelNames: ['mode', 'profile'],
      look: () => {
        const trust = this.trust();
        return [[{ mode: trust?.mode ?? 'off', profile: trust?.profile ?? 'none' }, 1]];
      },
    });
  }
}

function cellsOf(events: Tally, type: string): Record<EventResult, Cell> {
  const cells = EVENT_RESULTS.map((result): [EventResult, Cell] => [result, events.cell({ type, result })]);
  return Object.fromEntries(cells) as Record<EventResult, Cell>;
}
