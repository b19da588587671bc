import { Injectable, Logger } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { isDatabaseUnavailable } from '../../../../database/database-error.js';
import { inTransaction, pipelined } from '../../../../database/transaction.js';
import { CallStore, keysOfEvent } from '../../calls/call-store.js';
import { applyEvent } from '../../calls/domain/apply-event.js';
import type { EventAssignment } from '../../calls/domain/call-unit-of-work.js';
import { conflictIdOf } from './delivery-id.js';
import { detailsOfFailure } from './failure-details.js';
import type { ReadDelivery } from './webhook-delivery.js';
import {
  appliedFieldsOf,
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

/** Writes deliveries, many in one transaction: their receipts, the calls they are about and what those cause. */
@Injectable()
export class WebhookBatch {
  private readonly logger = new Logger(WebhookBatch.name);

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
      return await inTransaction(this.dataSource, (manager) => this.write(manager, deliveries));
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

  private async write(manager: EntityManager, deliveries: readonly ReadDelivery[]): Promise<Stored[]> {
    const receipts = manager.withRepository(this.receipts);
    const ids = deliveries.map(({ receipt }) => receipt.deliveryId);
    const keys = deliveries.flatMap(({ read }) => (read.kind === 'event' ? [keysOfEvent(read.event)] : []));
    const [unitOfWork, known] = await pipelined([
      keys.length === 0 ? null : this.callStore.load(manager, keys),
      receipts.findKnown(deliveries[0]?.receipt.provider ?? '', ids),
    ]);

    const knownById = new Map(known.map((delivery) => [delivery.id, delivery]));
    const firsts = new Map<string, Buffer>();
    const created: StoredReceipt[] = [];
    const conflicts: NewReceipt[] = [];
    const understood: { id: string; stored: StoredReceipt }[] = [];
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
          const stored = { receipt, assignment: applyEvent(unitOfWork, read.event) };
          understood.push({ id: there.receiptId, stored });
          return 'stored';
        }
        return same ? 'duplicate' : 'conflict';
      }
      firsts.set(deliveryId, body);
      const assignment =
        read.kind === 'event' && unitOfWork !== null ? applyEvent(unitOfWork, read.event) : null;
      created.push({ receipt, assignment });
      return 'stored';
    });

    if (unitOfWork !== null) await this.callStore.flush(manager, unitOfWork);
    await receipts.insertAll(inLockOrder(created).map(withCallId));
    await receipts.insertMissing(conflicts);
    for (const { id, stored } of understood) {
      await receipts.markApplied(id, { ...appliedFieldsOf(withCallId(stored)), decision: null });
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
    try {
      return await this.receipts.insertFailed(failed);
    } catch (error) {
      if (isDatabaseUnavailable(error)) throw error;
      this.logger.error('Not even as failed: nothing but its bytes is kept', error);
      return this.receipts.insertFailed({ ...failed, ...BYTES_ALONE });
    }
  }

  private async repeatOf({ provider, deliveryId, body }: NewReceipt): Promise<Stored> {
    const known = await this.receipts.findOneBy({ provider, deliveryId });
    return known?.body.equals(body) === true ? 'duplicate' : 'conflict';
  }
}

/** A receipt that is written, and the call its event belongs to. */
interface StoredReceipt {
  readonly receipt: NewReceipt;
  /** null: it is no event of a call. */
  readonly assignment: EventAssignment | null;
}

/** By now the call has its id. */
function withCallId({ receipt, assignment }: StoredReceipt): NewReceipt {
  return { ...receipt, callId: assignment?.callId ?? null };
}

/**
 * Receipts of events are in order by the locks on their calls; the others hold no lock, and two instances must write
 * them in the same order.
 */
function inLockOrder(created: readonly StoredReceipt[]): StoredReceipt[] {
  const ofEvents = created.filter(({ assignment }) => assignment !== null);
  const others = created.filter(({ assignment }) => assignment === null);
  others.sort((a, b) => (a.receipt.deliveryId < b.receipt.deliveryId ? -1 : 1));
  return [...ofEvents, ...others];
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
