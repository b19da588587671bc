import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Clock } from '../../../common/clock.js';
import { DomainError } from '../../../common/errors/domain-error.js';
import { AppConfig } from '../../../config/app-config.js';
import { inTransaction } from '../../../database/transaction.js';
import type { ReadPayload, WebhookRoute } from '../bracknet/bracknet-event.js';
import { readPayload } from '../bracknet/bracknet-mapper.js';
import { CallConsequences } from '../call/call-consequences.js';
import type { CallEvent } from '../call/call-event.js';
import { CallLedger } from '../call/call-ledger.js';
import { deliveryIdOf, strayDeliveryIdOf } from './delivery-id.js';
import { parseBody } from './webhook-body.js';
import type { WebhookReceipt } from './webhook-receipt.entity.js';
import { WebhookReceiptRepository } from './webhook-receipt.repository.js';

/** Beyond this the PBX's clock is worth a note on the receipt; its time still orders its events. */
const NOTABLE_SKEW_SECONDS = 600;

/** One webhook request, as it came. */
export interface Delivery {
  readonly route: WebhookRoute;
  readonly body: Buffer;
  readonly sourceAddress: string;
  /** The id that its signature covers; null: it came unsigned. */
  readonly signedId: string | null;
  /** Which of the keys that signature was made with. */
  readonly keyId: string | null;
}

/** accepted: new and committed; duplicate: here already, no effect; ignored: kept, but nobody knows this event. */
export type IntakeResult = 'accepted' | 'duplicate' | 'ignored';

/**
 * The one way by which an event of the PBX comes in. What it answers is committed: the receipt, the call and what the
 * call causes stand in one transaction.
 */
@Injectable()
export class WebhookIntake {
  constructor(
    private readonly dataSource: DataSource,
    private readonly receipts: WebhookReceiptRepository,
    private readonly ledger: CallLedger,
    private readonly consequences: CallConsequences,
    private readonly clock: Clock,
    private readonly config: AppConfig,
  ) {}

  /** @throws DomainError WEBHOOK_INVALID or WEBHOOK_EVENT_MISMATCH, after the bytes were put in quarantine */
  async accept(delivery: Delivery): Promise<IntakeResult> {
    const receivedAt = this.clock.now();
    const read = this.read(delivery, receivedAt);
    const receipt: Partial<WebhookReceipt> = {
      provider: this.config.telephony.provider,
      route: delivery.route,
      sourceAddress: delivery.sourceAddress,
      keyId: delivery.keyId,
      body: delivery.body,
      receivedAt,
    };
    switch (read.kind) {
      case 'event':
        return this.apply(read.event, read.name, receipt);
      case 'unknown-event':
        return this.keep({
          ...receipt,
          deliveryId: strayDeliveryIdOf(delivery.route, delivery.body),
          eventType: read.name,
          outcome: 'ignored',
        });
      case 'refused':
        await this.keep({
          ...receipt,
          deliveryId: strayDeliveryIdOf(delivery.route, delivery.body),
          outcome: 'quarantined',
          errorCode: read.code,
          errorDetails: read.details,
        });
        throw new DomainError(read.code, read.message, read.details);
    }
  }

  private read(delivery: Delivery, receivedAt: Date): ReadPayload {
    const body = parseBody(delivery.body);
    if (!body.ok) {
      const message = `The event was not understood: the body ${body.problem}`;
      const details = [{ field: '(body)', problem: body.problem }];
      return { kind: 'refused', code: 'WEBHOOK_INVALID', message, details };
    }
    const timeZone = this.config.telephony.businessTimeZone;
    return readPayload(body.value, { route: delivery.route, receivedAt, timeZone });
  }

  private apply(event: CallEvent, name: string, receipt: Partial<WebhookReceipt>): Promise<IntakeResult> {
    return inTransaction(this.dataSource, async (manager) => {
      const receiptId = await this.receipts.insertOnce(manager, {
        ...receipt,
        deliveryId: deliveryIdOf(event, receipt.body ?? Buffer.alloc(0)),
        eventType: name,
        externalCallId: event.externalCallId,
        occurredAt: event.occurredAt,
        occurredAtSource: event.timeSource,
        clockSkewSeconds: this.notableSkew(event),
        outcome: 'applied',
      });
      if (receiptId === null) return 'duplicate';
      const entry = await this.ledger.apply(manager, this.config.telephony.provider, event);
      await this.receipts.linkToCall(manager, receiptId, entry.call.id);
      await this.consequences.settle(manager, entry);
      return 'accepted';
    });
  }

  private async keep(receipt: Partial<WebhookReceipt>): Promise<IntakeResult> {
    const id = await this.receipts.insertOnce(this.dataSource.manager, receipt);
    return id === null ? 'duplicate' : 'ignored';
  }

  private notableSkew(event: CallEvent): number | null {
    const skew = Math.round((event.occurredAt.getTime() - this.clock.now().getTime()) / 1000);
    return Math.abs(skew) > NOTABLE_SKEW_SECONDS ? skew : null;
  }
}
