import { Injectable } from '@nestjs/common';
import { Histogram, Registry } from 'prom-client';
import { CALL_EVENT_TYPES } from '../telephony/calls/domain/call-event.js';
import { addGauge, single } from './gauge.js';
import { type Series, DeferredCounter, DeferredCounterByLabel } from './deferred-counter.js';

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
export interface VerificationState {
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
  private readonly events: ReadonlyMap<string, Readonly<Record<EventResult, Series>>>;
  private readonly unknownEvents: Readonly<Record<EventResult, Series>>;
  private readonly rejections: DeferredCounterByLabel;
  private readonly wouldBeRejections: DeferredCounterByLabel;
  private readonly keys: DeferredCounterByLabel;
  private readonly sweeps: DeferredCounterByLabel;
  private readonly retries: DeferredCounterByLabel;
  private readonly batchSizes: Histogram;
  private readonly commitTimes: Histogram;
  private skewSeconds: number | null = null;
  private queueState: (() => QueueState) | null = null;
  private verificationState: (() => VerificationState) | null = null;

  constructor(registry: Registry) {
    const events = new DeferredCounter(registry, {
      name: 'telephony_webhook_events_total',
      help: 'Authentic events, by type and by what became of them.',
      labelNames: ['type', 'result'],
    });
    this.unknownEvents = seriesOf(events, UNKNOWN);
    this.events = new Map(CALL_EVENT_TYPES.map((type) => [type, seriesOf(events, type)]));
    this.rejections = new DeferredCounterByLabel(registry, {
      name: 'telephony_webhook_refused_total',
      help: 'Webhooks refused before anything was stored, by reason.',
      label: 'reason',
    });
    this.wouldBeRejections = new DeferredCounterByLabel(registry, {
      name: 'telephony_webhook_would_have_refused_total',
      help: 'Webhooks let in that signature mode enforce would refuse, by reason.',
      label: 'reason',
    });
    this.keys = new DeferredCounterByLabel(registry, {
      name: 'telephony_webhook_key_used_total',
      help: 'Webhooks verified, by the id of the key they were signed with.',
      label: 'key_id',
    });
    this.sweeps = new DeferredCounterByLabel(registry, {
      name: 'telephony_swept_calls_total',
      help: 'Calls whose end the PBX never reported and the sweeper concluded, by rule.',
      label: 'rule',
    });
    this.retries = new DeferredCounterByLabel(
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
  rejected(reason: string): void {
    this.rejections.add(reason);
  }

  /** In monitor mode: it was let in, but would have been turned away. @param reason as for `refused` */
  wouldBeRejected(reason: string): void {
    this.wouldBeRejections.add(reason);
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
  watchVerification(look: () => VerificationState): void {
    this.verificationState = look;
  }

  /** null: nothing verifies them. */
  verification(): VerificationState | null {
    return this.verificationState?.() ?? null;
  }

  private addGauges(registry: Registry): void {
    addGauge(registry, {
      name: 'telephony_webhook_clock_skew_seconds',
      help: 'How far the clock of the PBX was ahead of ours in the latest webhook; negative: behind.',
      read: () => single(this.skewSeconds),
    });
    addGauge(registry, {
      name: 'telephony_webhook_queue_depth',
      help: 'Events that are taken in and not yet committed.',
      read: () => single(this.queue()?.depth),
    });
    addGauge(registry, {
      name: 'telephony_webhook_queue_limit',
      help: 'Most events that may be taken in and not yet committed; further ones are answered 429.',
      read: () => single(this.queue()?.limit),
    });
    addGauge(registry, {
      name: 'telephony_webhook_signature_info',
      help: 'How webhooks are verified: always 1, the answer is in the labels.',
      labelNames: ['mode', 'profile'],
      read: () => {
        const trust = this.verification();
        return [[{ mode: trust?.mode ?? 'off', profile: trust?.profile ?? 'none' }, 1]];
      },
    });
  }
}

function seriesOf(events: DeferredCounter, type: string): Record<EventResult, Series> {
  const cells = EVENT_RESULTS.map((result): [EventResult, Series] => [
    result,
    events.series({ type, result }),
  ]);
  return Object.fromEntries(cells) as Record<EventResult, Series>;
}
