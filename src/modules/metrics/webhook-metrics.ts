import { Injectable } from '@nestjs/common';
import { Histogram, Registry } from 'prom-client';
import { CALL_EVENT_TYPES } from '../telephony/calls/domain/call-event.js';
import { addGauge, unlabelled } from './gauge.js';
import { RefusalTally } from './silence/refusal-tally.js';
import { type Series, DeferredCounter, DeferredCounterByLabel } from './deferred-counter.js';

/**
 * Result of an event. accepted, duplicate, ignored: the result in the response; quarantined: it does not follow the
 * contract; not_kept: likewise, but the quarantine is full; conflict: its delivery id was used before with another body;
 * failed: stored, and to be retried.
 */
export const EVENT_RESULTS = [
  'accepted',
  'duplicate',
  'ignored',
  'quarantined',
  'not_kept',
  'conflict',
  'failed',
] as const;
export type EventResult = (typeof EVENT_RESULTS)[number];

/** Results of events that are answered 400 or 409. */
const REFUSALS: ReadonlySet<EventResult> = new Set(['quarantined', 'not_kept', 'conflict']);

/** What the address of an event would have done with a webhook that was posted to be verified. */
export const VERIFY_RESULTS = ['accepted', 'ignored', 'refused'] as const;
export type VerifyResult = (typeof VERIFY_RESULTS)[number];

export const RETRY_RESULTS = ['applied', 'failed', 'dead'] as const;
export type RetryResult = (typeof RETRY_RESULTS)[number];

/** The queue of events that wait for a batch, and its limit. */
export interface QueueState {
  readonly depth: number;
  /** By number or by bytes; further events are rejected with 429. */
  readonly isFull: boolean;
  readonly limit: number;
}

/** How webhooks are verified. Contains the ids of the keys, never the keys. */
export interface VerificationState {
  readonly mode: 'off' | 'monitor' | 'enforce';
  readonly profile: string;
  readonly keyIds: readonly string[];
}

/** Label of events without a known type. */
const UNKNOWN = 'unknown';

/**
 * Metrics of webhooks. All methods are synchronous and cheap enough to be called for each request. Of the text in requests
 * only the names of unknown events are used as labels, cleaned and limited in number.
 */
@Injectable()
export class WebhookMetrics {
  private readonly events: ReadonlyMap<string, Readonly<Record<EventResult, Series>>>;
  private readonly unknownEvents: Readonly<Record<EventResult, Series>>;
  private readonly refusals = new RefusalTally();
  private readonly rejections: DeferredCounterByLabel;
  private readonly wouldBeRejections: DeferredCounterByLabel;
  private readonly verifications: DeferredCounterByLabel;
  private readonly keys: DeferredCounterByLabel;
  private readonly sweeps: DeferredCounterByLabel;
  private readonly retries: DeferredCounterByLabel;
  private readonly ignoredFields: DeferredCounterByLabel;
  private readonly unknownNames: DeferredCounterByLabel;
  private readonly unkept: Series;
  private readonly batchSizes: Histogram;
  private readonly commitTimes: Histogram;
  private heardAt: Date | null = null;
  private skewSeconds: number | null = null;
  private eventSkewSeconds: number | null = null;
  private queueState: (() => QueueState) | null = null;
  private verificationState: (() => VerificationState) | null = null;

  constructor(registry: Registry) {
    const events = new DeferredCounter(registry, {
      name: 'telephony_webhook_events_total',
      help: 'Authentic events, by type and result.',
      labelNames: ['type', 'result'],
    });
    this.unknownEvents = seriesOf(events, UNKNOWN);
    this.events = new Map(CALL_EVENT_TYPES.map((type) => [type, seriesOf(events, type)]));
    this.rejections = new DeferredCounterByLabel(registry, {
      name: 'telephony_webhook_refused_total',
      help: 'Webhooks rejected before anything was stored, by reason.',
      label: 'reason',
    });
    this.wouldBeRejections = new DeferredCounterByLabel(registry, {
      name: 'telephony_webhook_would_have_refused_total',
      help: 'Webhooks accepted in signature mode monitor that mode enforce would reject, by reason.',
      label: 'reason',
    });
    this.verifications = new DeferredCounterByLabel(
      registry,
      {
        name: 'telephony_webhook_verify_total',
        help: 'Authentic webhooks that were posted to be verified only, by what the address of the event would have done.',
        label: 'result',
      },
      VERIFY_RESULTS,
    );
    this.keys = new DeferredCounterByLabel(registry, {
      name: 'telephony_webhook_key_used_total',
      help: 'Webhooks with a valid signature, by the id of its key.',
      label: 'key_id',
    });
    this.sweeps = new DeferredCounterByLabel(registry, {
      name: 'telephony_swept_calls_total',
      help: 'Calls closed by the sweeper because the PBX did not report their end, by rule.',
      label: 'rule',
    });
    this.retries = new DeferredCounterByLabel(
      registry,
      {
        name: 'telephony_webhook_retries_total',
        help: 'Retries of events that could not be applied, by result.',
        label: 'result',
      },
      RETRY_RESULTS,
    );
    this.ignoredFields = new DeferredCounterByLabel(registry, {
      name: 'telephony_webhook_ignored_fields_total',
      help: 'Fields that could not be read, so that their event was applied without them, by field.',
      label: 'field',
    });
    this.unknownNames = new DeferredCounterByLabel(registry, {
      name: 'telephony_webhook_unknown_events_total',
      help: 'Events that were kept and ignored because nobody knows their name, by name.',
      label: 'name',
    });
    this.unkept = new DeferredCounter(registry, {
      name: 'telephony_webhook_not_kept_total',
      help: 'Webhooks refused with 400 or 409 whose bodies were not kept, because the quarantine is full.',
      labelNames: [],
    }).series({});
    this.batchSizes = new Histogram({
      name: 'telephony_webhook_batch_size',
      help: 'Number of events committed together.',
      buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512],
      registers: [registry],
    });
    this.commitTimes = new Histogram({
      name: 'telephony_webhook_commit_seconds',
      help: 'Time from forming a batch to its commit.',
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers: [registry],
    });
    this.addGauges(registry);
  }

  /** @param type a `CallEventType`; others count as `unknown` */
  event(type: string | null, result: EventResult): void {
    if (REFUSALS.has(result)) this.refusals.add(result);
    (this.events.get(type ?? UNKNOWN) ?? this.unknownEvents)[result].count += 1;
  }

  /** A webhook is answered 2xx, also one that was stored before. @param at when it was received */
  heard(at: Date): void {
    this.heardAt = at;
    this.refusals.clear();
  }

  /** When this instance received the last webhook that it answered 2xx; null: it has received none. */
  lastHeardAt(): Date | null {
    return this.heardAt;
  }

  /** A webhook was rejected before anything was stored. @param reason one of a closed set of words */
  rejected(reason: string): void {
    this.rejections.add(reason);
    this.refusals.add(reason);
  }

  /** What this instance has refused since it last accepted a webhook, by reason or result. */
  refusedSinceAccepted(): ReadonlyMap<string, number> {
    return this.refusals.read();
  }

  /** In monitor mode: it was accepted, but mode enforce would reject it. @param reason as for `rejected` */
  wouldBeRejected(reason: string): void {
    this.wouldBeRejections.add(reason);
  }

  /** An authentic webhook was verified, without effect. */
  verified(result: VerifyResult): void {
    this.verifications.add(result);
  }

  /** A signature was valid. @param keyId id of its key, never the key */
  keyUsed(keyId: string): void {
    this.keys.add(keyId);
  }

  /** A field of an applied event could not be read. @param field one of a closed set of names */
  fieldIgnored(field: string): void {
    this.ignoredFields.add(field);
  }

  /** A refused webhook was not kept: the quarantine is full. */
  notKept(): void {
    this.unkept.count += 1;
  }

  /** @param name of an event that nobody knows, without what may be a phone number */
  unknownEvent(name: string): void {
    this.unknownNames.add(name);
  }

  /** @param seconds by which the time that the PBX reported in the latest event was ahead of ours; negative: behind */
  eventSkew(seconds: number): void {
    this.eventSkewSeconds = seconds;
  }

  /** See {@link eventSkew}. null: no event had a time. */
  latestEventSkew(): number | null {
    return this.eventSkewSeconds;
  }

  /** @param seconds by which the PBX's clock was ahead of ours when it signed the latest webhook; negative: behind */
  skew(seconds: number): void {
    this.skewSeconds = seconds;
  }

  /** @param seconds from forming the batch to its commit */
  batch(size: number, seconds: number): void {
    this.batchSizes.observe(size);
    this.commitTimes.observe(seconds);
  }

  /** The sweeper closed calls. @param rule name of the sweep rule */
  swept(rule: string, count: number): void {
    this.sweeps.add(rule, count);
  }

  retried(result: RetryResult): void {
    this.retries.add(result);
  }

  /** @param read returns the current state; called at each scrape and readiness check */
  watchQueue(read: () => QueueState): void {
    this.queueState = read;
  }

  /** null: there is no queue. */
  queue(): QueueState | null {
    return this.queueState?.() ?? null;
  }

  /** @param read returns the current state; called at each scrape and readiness check */
  watchVerification(read: () => VerificationState): void {
    this.verificationState = read;
  }

  /** null: webhooks are not verified. */
  verification(): VerificationState | null {
    return this.verificationState?.() ?? null;
  }

  private addGauges(registry: Registry): void {
    addGauge(registry, {
      name: 'telephony_webhook_clock_skew_seconds',
      help: 'Seconds by which the clock of the PBX was ahead when it signed the latest webhook; negative: behind.',
      read: () => unlabelled(this.skewSeconds),
    });
    addGauge(registry, {
      name: 'telephony_event_clock_skew_seconds',
      help: 'Seconds by which the timestamp of the latest event was ahead of its receipt; negative: behind.',
      read: () => unlabelled(this.eventSkewSeconds),
    });
    addGauge(registry, {
      name: 'telephony_webhook_queue_depth',
      help: 'Events that are received and not yet committed.',
      read: () => unlabelled(this.queue()?.depth),
    });
    addGauge(registry, {
      name: 'telephony_webhook_queue_limit',
      help: 'Maximum of telephony_webhook_queue_depth; further events are answered 429.',
      read: () => unlabelled(this.queue()?.limit),
    });
    addGauge(registry, {
      name: 'telephony_webhook_signature_info',
      help: 'Mode and profile of signature verification, in the labels; the value is always 1.',
      labelNames: ['mode', 'profile'],
      read: () => {
        const state = this.verification();
        return [[{ mode: state?.mode ?? 'off', profile: state?.profile ?? 'none' }, 1]];
      },
    });
  }
}

function seriesOf(events: DeferredCounter, type: string): Record<EventResult, Series> {
  const entries = EVENT_RESULTS.map((result): [EventResult, Series] => [
    result,
    events.series({ type, result }),
  ]);
  return Object.fromEntries(entries) as Record<EventResult, Series>;
}
