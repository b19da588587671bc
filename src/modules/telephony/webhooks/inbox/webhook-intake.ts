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
import { type Stored, WebhookBatch } from './webhook-batch.js';
import { type Delivery, type ReadDelivery, readDelivery } from './webhook-delivery.js';

/** accepted: new and committed; duplicate: here already, no effect; ignored: kept, but nobody knows this event. */
export type IntakeResult = 'accepted' | 'duplicate' | 'ignored';

/**
 * The one way by which an event of the PBX comes in. What it answers is committed: the receipt, the call and what the
 * call causes stand in one transaction, which the deliveries that wait at the same time share.
 */
@Injectable()
export class WebhookIntake {
  private readonly queue: BatchQueue<ReadDelivery, Stored>;

  constructor(
    private readonly batch: WebhookBatch,
    private readonly metrics: WebhookMetrics,
    private readonly clock: Clock,
    @Inject(webhooksConfig.KEY) { queue }: ConfigType<typeof webhooksConfig>,
    @Inject(telephonyConfig.KEY) private readonly config: ConfigType<typeof telephonyConfig>,
  ) {
    this.queue = new BatchQueue((deliveries) => this.store(deliveries), queue, isDatabaseUnavailable);
    metrics.watchQueue(() => ({ depth: this.queue.depth, limit: queue.items, isFull: this.queue.isFull }));
  }

  /**
   * @throws DomainError WEBHOOK_INVALID, WEBHOOK_EVENT_MISMATCH or WEBHOOK_ID_REUSED, after the bytes were put in
   * quarantine; WEBHOOK_QUEUE_FULL
   */
  async accept(delivery: Delivery): Promise<IntakeResult> {
    const { provider, businessTimeZone } = this.config;
    const read = readDelivery(delivery, {
      provider,
      receivedAt: this.clock.now(),
      timeZone: businessTimeZone,
    });
    const stored = await this.wait(read, delivery.body.length);
    this.metrics.event(typeOf(read), resultOf(read, stored));
    return this.answerTo(read, stored);
  }

  private async store(deliveries: readonly ReadDelivery[]): Promise<Stored[]> {
    const since = performance.now();
    const stored = await this.batch.store(deliveries);
    this.metrics.batch(deliveries.length, (performance.now() - since) / 1000);
    return stored;
  }

  private async wait(delivery: ReadDelivery, bytes: number): Promise<Stored> {
    try {
      return await this.queue.add(delivery, bytes);
    } catch (error) {
      if (!(error instanceof QueueFullError)) throw error;
      throw new DomainError('WEBHOOK_QUEUE_FULL', 'More events wait than can be kept. Send this one again');
    }
  }

  private answerTo({ read }: ReadDelivery, stored: Stored): IntakeResult {
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

function resultOf({ read }: ReadDelivery, stored: Stored): EventResult {
  if (stored !== 'stored') return stored;
  return ({ event: 'accepted', 'unknown-event': 'ignored', refused: 'quarantined' } as const)[read.kind];
}
