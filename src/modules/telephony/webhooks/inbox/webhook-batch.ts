import { Injectable, Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { isDatabaseUnavailable } from '../../../../database/database-error.js';
import type { SqlSession } from '../../../../database/sql-session.js';
import { inSession } from '../../../../database/transaction.js';
import { CallStore, keysOfEvent } from '../../calls/call-store.js';
import { applyEvent } from '../../calls/domain/apply-event.js';
import { conflictIdOf } from './delivery-id.js';
import { detailsOfFailure } from './failure-details.js';
import type { ReadDelivery } from './webhook-delivery.js';
import {
  digestOf,
  type NewReceipt,
  WebhookReceiptRepository,
} from './receipts/webhook-receipt.repository.js';

/**
 * What became of a delivery. stored: its receipt is new, in whatever outcome; failed: kept, but to be applied later;
 * duplicate: here already, no effect; conflict: its id is here with another body, and both are kept.
 */
export type Stored = 'stored' | 'failed' | 'duplicate' | 'conflict';

const BYTES_ALONE = {
  errorDetails: [{ field: '(event)', problem: 'nothing but its bytes could be kept; the log says why' }],
  eventType: null,
  externalCallId: null,
  occurredAt: null,
  occurredAtSource: null,
  clockSkewSeconds: null,
} as const satisfies Partial<NewReceipt>;

/** A sender that repeats itself goes on doing so for a while: for so many batches after each repeat. */
const REPEATS_COME_FOR = 100;

/** Writes deliveries, many in one transaction: their receipts, the calls they are about and what those cause. */
@Injectable()
export class WebhookBatch {
  private readonly logger = new Logger(WebhookBatch.name);
  /** For so many batches more it is worth looking for repeats. */
  private repeatsExpected = 0;

  constructor(
    private readonly dataSource: DataSource,
    private readonly callStore: CallStore,
    private readonly receipts: WebhookReceiptRepository,
  ) {}

  /**
   * @returns what became of each, in their order; all of it is committed
   * @throws whatever says that the database is away: then nothing of them is stored
   */
  async store(deliveries: readonly ReadDelivery[]): Promise<Stored[]> {
    try {
      let attempts = 0;
      return await inSession(this.dataSource, (session) => {
        attempts += 1;
        return this.write(session, deliveries, attempts > 1 || this.repeatsExpected > 0);
      });
    } catch (error) {
      if (isDatabaseUnavailable(error)) throw error;
      const [first, ...others] = deliveries;
      if (first !== undefined && others.length === 0) return [await this.storeAsFailed(first, error)];
      // One of them cannot be written, and its neighbours shall not suffer: it is found by halving.
      const middle = deliveries.length >> 1;
      return [
        ...(await this.store(deliveries.slice(0, middle))),
        ...(await this.store(deliveries.slice(middle))),
      ];
    }
  }

  /**
   * @param looks whether it is looked up beforehand which deliveries are here already. Repeats are rare: without the look
   * one of them fails the transaction by the key of the receipts, and the next try looks
   */
  private async write(
    session: SqlSession,
    deliveries: readonly ReadDelivery[],
    looks: boolean,
  ): Promise<Stored[]> {
    const ids = deliveries.map(({ receipt }) => receipt.deliveryId);
    const mentions = deliveries.flatMap(({ read }) =>
      read.kind === 'event' ? [keysOfEvent(read.event)] : [],
    );
    const [unitOfWork, known] = await Promise.all([
      mentions.length === 0 ? null : this.callStore.load(session, mentions),
      looks ? this.receipts.find(session, deliveries[0]?.receipt.provider ?? '', ids) : [],
    ]);
    if (looks)
      this.repeatsExpected = Math.max(known.length === 0 ? this.repeatsExpected - 1 : REPEATS_COME_FOR, 0);

    const knownById = new Map(known.map((delivery) => [delivery.id, delivery]));
    const firsts = new Map<string, Buffer>();
    const written: { receipt: NewReceipt; placement: { callId: number } | null }[] = [];
    const conflicts: NewReceipt[] = [];
    const understood: { id: string; receipt: NewReceipt; placement: { callId: number } }[] = [];
    const results = deliveries.map(({ read, receipt }): Stored => {
      const { deliveryId, body } = receipt;
      const first = firsts.get(deliveryId);
      const there = knownById.get(deliveryId);
      if (first !== undefined || there !== undefined) {
        const same = first === undefined ? there?.digest === digestOf(body) : first.equals(body);
        if (!same) conflicts.push(conflictOf(receipt));
        else if (there?.outcome === 'quarantined' && read.kind === 'event' && unitOfWork !== null) {
          // It was not understood when it came first, and is now.
          knownById.set(deliveryId, { ...there, outcome: 'applied' });
          understood.push({ id: there.receiptId, receipt, placement: applyEvent(unitOfWork, read.event) });
          return 'stored';
        }
        return same ? 'duplicate' : 'conflict';
      }
      firsts.set(deliveryId, body);
      const placement =
        read.kind === 'event' && unitOfWork !== null ? applyEvent(unitOfWork, read.event) : null;
      written.push({ receipt, placement });
      return 'stored';
    });

    if (unitOfWork !== null) await this.callStore.flush(session, unitOfWork);
    // Those of events come in turn by the locks on their calls; the others have none, and are kept in turn by their order.
    const strays = written.filter(({ placement }) => placement === null);
    strays.sort((a, b) => (a.receipt.deliveryId < b.receipt.deliveryId ? -1 : 1));
    this.receipts.insert(
      session,
      [...written.filter(({ placement }) => placement !== null), ...strays].map(({ receipt, placement }) => ({
        ...receipt,
        callId: placement?.callId ?? null,
      })),
    );
    this.receipts.insertNew(session, conflicts);
    for (const { id, receipt, placement } of understood) {
      this.receipts.markApplied(session, id, { ...receipt, callId: placement.callId, decision: null });
    }
    return results;
  }

  /** What is authentic is never lost: what cannot be written now is kept, and tried again. */
  private async storeAsFailed({ receipt }: ReadDelivery, error: unknown): Promise<Stored> {
    this.logger.error(
      `A webhook by ${receipt.route} could not be applied and is kept to be tried again`,
      error,
    );
    const failed: NewReceipt = {
      ...receipt,
      outcome: 'failed',
      errorCode: 'INTERNAL',
      errorDetails: detailsOfFailure(error),
    };
    const isNew = await this.insertFailed(failed);
    return isNew ? 'failed' : this.repeatOf(receipt);
  }

  private async insertFailed(failed: NewReceipt): Promise<boolean> {
    const insert = (receipt: NewReceipt): Promise<boolean> =>
      inSession(this.dataSource, (session) => this.receipts.insertFailed(session, receipt));
    try {
      return await insert(failed);
    } catch (error) {
      if (isDatabaseUnavailable(error)) throw error;
      this.logger.error('Not even as failed: nothing but its bytes is kept', error);
      return insert({ ...failed, ...BYTES_ALONE });
    }
  }

  private async repeatOf({ provider, deliveryId, body }: NewReceipt): Promise<Stored> {
    const [known] = await inSession(this.dataSource, (session) =>
      this.receipts.find(session, provider, [deliveryId]),
    );
    return known?.digest === digestOf(body) ? 'duplicate' : 'conflict';
  }
}

function conflictOf(receipt: NewReceipt): NewReceipt {
  return {
    ...receipt,
    deliveryId: conflictIdOf(receipt.deliveryId, receipt.body),
    outcome: 'quarantined',
    errorCode: 'WEBHOOK_ID_REUSED',
    errorDetails: [{ field: '(id)', problem: 'came before with another body' }],
  };
}
