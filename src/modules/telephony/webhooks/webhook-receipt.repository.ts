import { Injectable } from '@nestjs/common';
import { type EntityManager, IsNull } from 'typeorm';
import { WebhookReceipt } from './webhook-receipt.entity.js';

/** Rows of `telephony_webhook_receipts`. */
@Injectable()
export class WebhookReceiptRepository {
  /** @returns null when this delivery is here already */
  async insertOnce(manager: EntityManager, receipt: Partial<WebhookReceipt>): Promise<string | null> {
    const result = await manager
      .createQueryBuilder()
      .insert()
      .into(WebhookReceipt)
      .values(receipt)
      .orIgnore()
      .returning('id')
      .execute();
    const [row] = result.raw as { id: string }[];
    return row?.id ?? null;
  }

  async linkToCall(manager: EntityManager, receiptId: string, callId: number): Promise<void> {
    await manager.update(WebhookReceipt, { id: receiptId }, { callId });
  }

  /** Two rows turned out to be one call: its receipts follow. */
  async moveToCall(manager: EntityManager, fromCallId: number, toCallId: number): Promise<void> {
    await manager.update(WebhookReceipt, { callId: fromCallId }, { callId: toCallId });
  }

  /** What was reported of a moment without the id of a call turned out to be of another call. */
  async moveUnnamedToCall(
    manager: EntityManager,
    fromCallId: number,
    occurredAt: Date,
    toCallId: number,
  ): Promise<void> {
    const unnamed = { callId: fromCallId, occurredAt, externalCallId: IsNull() };
    await manager.update(WebhookReceipt, unnamed, { callId: toCallId });
  }

  /** Everything the PBX said of a call, in the order it came. */
  ofCall(manager: EntityManager, callId: number): Promise<WebhookReceipt[]> {
    return manager.find(WebhookReceipt, { where: { callId }, order: { receivedAt: 'ASC', id: 'ASC' } });
  }
}
