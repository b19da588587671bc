import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { webhooksConfig } from '../../../../config/namespaces/webhooks.config.js';
import { telephonyConfig } from '../../../../config/namespaces/telephony.config.js';
import { Clock } from '../../../../common/time/clock.js';
import { DomainError } from '../../../../common/errors/domain-error.js';
import { isDatabaseUnavailable } from '../../../../database/database-error.js';
import { type EventResult, WebhookMetrics } from '../../../metrics/webhook-metrics.js';
import type { CallEventType } from '../../calls/domain/call-event.js';
import { BatchQueue, QueueFullError } from './batch-queue.js';
import { IntakeReport } from './intake-report.js';
import { type StoreResult, WebhookBatch } from './webhook-batch.js';
import { type Delivery, type ReadDelivery, readDelivery } from './webhook-delivery.js';

/** accepted: new and committed; duplicate: stored before, no effect; ignored: stored, but of no known event type. */
export type IntakeResult = 'accepted' | 'duplicate' | 'ignored';

/**
 * Entry point for events of the PBX. Deliveries that wait at the same time are stored in one transaction: their receipts,
 * calls and effects are committed before `accept` returns.
 */
@Injectable()
export class WebhookIntake {
  private readonly requiresEvent: boolean;
  private readonly queue: BatchQueue<ReadDelivery, StoreResult>;

  constructor(
    private readonly batch: WebhookBatch,
    private readonly metrics: WebhookMetrics,
    private readonly report: IntakeReport,
    private readonly clock: Clock,
    @Inject(webhooksConfig.KEY) { queue, mode }: ConfigType<typeof webhooksConfig>,
    @Inject(telephonyConfig.KEY) private readonly config: ConfigType<typeof telephonyConfig>,
  ) {
    this.requiresEvent = mode === 'enforce';
    this.queue = new BatchQueue((deliveries) => this.store(deliveries), queue, isDatabaseUnavailable);
    metrics.watchQueue(() => ({ depth: this.queue.depth, limit: queue.items, isFull: this.queue.isFull }));
  }

  /**
   * @throws DomainError WEBHOOK_INVALID, WEBHOOK_EVENT_MISMATCH or WEBHOOK_ID_REUSED, after the delivery was quarantined if there is room;
   * WEBHOOK_QUEUE_FULL
   */
  async accept(delivery: Delivery): Promise<IntakeResult> {
    const { provider, businessTimeZone, allowsLocalRecordings } = this.config;
    const read = readDelivery(delivery, {
      provider,
      receivedAt: this.clock.now(),
      timeZone: businessTimeZone,
      allowsLocalRecordings,
      requiresEvent: this.requiresEvent,
    });
    const stored = await this.enqueue(read, delivery.body.length);
    this.metrics.event(typeOf(read), eventResultOf(read, stored));
    if (stored === 'stored' || stored === 'failed') this.report.add(read);
    const result = this.intakeResultOf(read, stored);
    this.metrics.heard(read.receipt.receivedAt);
    return result;
  }

  private async store(deliveries: readonly ReadDelivery[]): Promise<StoreResult[]> {
    const startedAt = performance.now();
    const stored = await this.batch.store(deliveries);
    this.metrics.batch(deliveries.length, (performance.now() - startedAt) / 1000);
    return stored;
  }

  private async enqueue(delivery: ReadDelivery, bytes: number): Promise<StoreResult> {
    try {
      return await this.queue.add(delivery, bytes);
    } catch (error) {
      if (!(error instanceof QueueFullError)) throw error;
      throw new DomainError('WEBHOOK_QUEUE_FULL', 'More events wait than can be kept. Send this one again');
    }
  }

  private intakeResultOf({ read }: ReadDelivery, stored: StoreResult): IntakeResult {
    if (stored === 'conflict') {
      throw new DomainError(
        'WEBHOOK_ID_REUSED',
        'This id came before with another body. Give each event an id of its own, and repeat an event unchanged',
      );
    }
    if (read.kind === 'refused') throw new DomainError(read.code, read.message, read.details);
    if (stored === 'duplicate') return 'duplicate';
    return read.kind === 'event' ? 'accepted' : 'ignored';
  }
}

function typeOf({ read }: ReadDelivery): CallEventType | null {
  return read.kind === 'event' ? read.event.type : null;
}

function eventResultOf({ read }: ReadDelivery, stored: StoreResult): EventResult {
  if (stored !== 'stored') return stored;
  return ({ event: 'accepted', 'unknown-event': 'ignored', refused: 'quarantined' } as const)[read.kind];
}
