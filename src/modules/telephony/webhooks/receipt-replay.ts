import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AppConfig } from '../../../config/app-config.js';
import type { SqlSession } from '../../../database/sql-session.js';
import { inSession } from '../../../database/transaction.js';
import { CallLedger, mentionOf } from '../call/call-ledger.js';
import { recordEvent } from '../call/call-recording.js';
import { readDelivery } from './webhook-delivery.js';
import type { ReceiptOutcome, WebhookReceipt } from './webhook-receipt.entity.js';
import { WebhookReceiptRepository } from './webhook-receipt.repository.js';

/** Outcomes of receipts that are not in their call, but may come to be. */
export const SET_ASIDE = ['quarantined', 'failed', 'dead'] as const satisfies ReceiptOutcome[];

/** Who had it done, as it is written on the receipt. */
export interface Decision {
  readonly userId: number;
  readonly reason: string | null;
}

/**
 * What came of it. applied: it is in its call, or would be; refused: it is still not the contract; settled: it was not
 * set aside any more.
 */
export interface Replay {
  readonly result: 'applied' | 'refused' | 'settled';
  readonly callId: number | null;
  /** Why it is refused. */
  readonly details: WebhookReceipt['errorDetails'];
}

/** Thrown to take back what a dry run has done. */
class DryRun extends Error {
  constructor(readonly replay: Replay) {
    super('This was a dry run');
  }
}

/** Applies receipts that were set aside, from the bytes that were kept, as if they had just come. */
@Injectable()
export class ReceiptReplay {
  constructor(
    private readonly dataSource: DataSource,
    private readonly ledger: CallLedger,
    private readonly receipts: WebhookReceiptRepository,
    private readonly config: AppConfig,
  ) {}

  /**
   * @param decision null: nobody's, it is tried again by itself
   * @throws whatever keeps it from being applied; then nothing has changed
   */
  replay(id: string, decision: Decision | null): Promise<Replay> {
    return inSession(this.dataSource, (session) => this.apply(session, id, decision));
  }

  /** What {@link replay} would do; nothing changes. */
  async tryOut(id: string): Promise<Replay> {
    try {
      return await inSession(this.dataSource, async (session) => {
        const replay = await this.apply(session, id, null);
        await session.settled();
        throw new DryRun(replay);
      });
    } catch (error) {
      if (error instanceof DryRun) return error.replay;
      throw error;
    }
  }

  private async apply(session: SqlSession, id: string, decision: Decision | null): Promise<Replay> {
    const receipt = await this.receipts.lock(session, id);
    if (receipt === null || !SET_ASIDE.some((outcome) => outcome === receipt.outcome)) {
      return { result: 'settled', callId: receipt?.callId ?? null, details: null };
    }
    const { route, body, sourceAddress, keyId, receivedAt, provider } = receipt;
    const { read } = readDelivery(
      { route, body, sourceAddress, keyId, signedId: receipt.deliveryId },
      { provider, receivedAt, timeZone: this.config.telephony.businessTimeZone },
    );
    if (read.kind !== 'event') {
      return { result: 'refused', callId: null, details: read.kind === 'refused' ? read.details : null };
    }
    const book = await this.ledger.open(session, [mentionOf(read.event)]);
    const placement = recordEvent(book, read.event);
    await this.ledger.close(session, book);
    const { externalCallId, occurredAt, timeSource } = read.event;
    this.receipts.markApplied(session, id, {
      callId: placement.callId,
      eventType: read.name,
      externalCallId,
      occurredAt,
      occurredAtSource: timeSource,
      decision,
    });
    return { result: 'applied', callId: placement.callId, details: null };
  }
}
