import { Injectable, Logger } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { isDatabaseUnavailable } from '../../../../database/database-error.js';
import { inTransaction, pipelined } from '../../../../database/transaction.js';
import { CallStore, extensionsOfEvents, keysOfEvent } from '../../calls/call-store.js';
import { AMBIGUOUS_RECORDING, AMBIGUOUS_RECORDING_CODE } from './receipts/receipt-replay.js';
import { applyEvent } from '../../calls/domain/apply-event.js';
import type { EventAssignment } from '../../calls/domain/call-references.js';
import { conflictIdOf } from './delivery-id.js';
import { detailsOfFailure } from './failure-details.js';
import { type KeepRule, QuarantineQuota } from './quarantine-quota.js';
import type { ReadDelivery } from './webhook-delivery.js';
import {
  appliedFieldsOf,
  digestOf,
  type NewReceipt,
  WebhookReceiptRepository,
} from './receipts/webhook-receipt.repository.js';

/**
 * Result of storing a delivery.
 * - stored: its receipt is new, with any outcome, or was quarantined and is applied now.
 * - not_kept: it was refused, and it has no receipt because the quarantine is full.
 * - failed: its receipt is new, and its event will be retried.
 * - duplicate: it was stored before, so it has no effect.
 * - conflict: another body was stored with its id before, so it is quarantined if there is room.
 */
export type StoreResult = 'stored' | 'not_kept' | 'failed' | 'duplicate' | 'conflict';

const BODY_ONLY = {
  errorDetails: [{ field: '(event)', problem: 'nothing but its bytes could be kept; the log says why' }],
  eventType: null,
  externalCallId: null,
  occurredAt: null,
  occurredAtSource: null,
  clockSkewSeconds: null,
  ignoredFields: null,
} as const satisfies Partial<NewReceipt>;

/** A sender that repeats deliveries does so for a while: so many batches after a repeat look for others at once. */
const BATCHES_AFTER_REPEAT = 100;

/** Stores many deliveries in one transaction: their receipts, their calls and the effects of those. */
@Injectable()
export class WebhookBatch {
  private readonly logger = new Logger(WebhookBatch.name);
  /** Number of further batches that look for repeated deliveries in their first attempt. */
  private batchesLooking = 0;

  constructor(
    private readonly dataSource: DataSource,
    private readonly callStore: CallStore,
    private readonly receipts: WebhookReceiptRepository,
    private readonly quarantine: QuarantineQuota,
  ) {}

  /**
   * @param isKept whether a refused body may be kept; the halves of a batch share the decisions
   * @returns one result per delivery, in order; all are committed
   * @throws when the database is unavailable; deliveries without a result may be stored or not
   */
  async store(
    deliveries: readonly ReadDelivery[],
    isKept: KeepRule = this.quarantine.decideOnce(),
  ): Promise<StoreResult[]> {
    try {
      let isRetry = false;
      const { results, repeats } = await inTransaction(this.dataSource, (manager) => {
        const looksForRepeats = isRetry || this.batchesLooking > 0;
        isRetry = true;
        return this.write(manager, deliveries, { looksForRepeats, isKept });
      });
      if (repeats !== null) {
        this.batchesLooking = repeats === 0 ? Math.max(this.batchesLooking - 1, 0) : BATCHES_AFTER_REPEAT;
      }
      return results;
    } catch (error) {
      if (isDatabaseUnavailable(error)) throw error;
      const [first, ...others] = deliveries;
      if (first !== undefined && others.length === 0) return [await this.storeAsFailed(first, error)];
      // One of them cannot be written. Halving the batch isolates it, so that the others are stored.
      const middle = deliveries.length >> 1;
      return [
        ...(await this.store(deliveries.slice(0, middle), isKept)),
        ...(await this.store(deliveries.slice(middle), isKept)),
      ];
    }
  }

  /**
   * @param looksForRepeats whether to look up which deliveries are stored already. Repeats are rare: without the look-up
   * a repeat violates the unique key of the receipts, and the transaction is retried with it
   * @returns repeats: how many were stored already; null: it was not looked up
   */
  private async write(
    manager: EntityManager,
    deliveries: readonly ReadDelivery[],
    { looksForRepeats, isKept }: { readonly looksForRepeats: boolean; readonly isKept: KeepRule },
  ): Promise<{ results: StoreResult[]; repeats: number | null }> {
    const receipts = manager.withRepository(this.receipts);
    const ids = deliveries.map(({ receipt }) => receipt.deliveryId);
    const events = deliveries.flatMap(({ read }) => (read.kind === 'event' ? [read.event] : []));
    const [unitOfWork, known] = await pipelined([
      events.length === 0
        ? null
        : this.callStore.load(manager, events.map(keysOfEvent), extensionsOfEvents(events)),
      looksForRepeats ? receipts.findKnown(deliveries[0]?.receipt.provider ?? '', ids) : [],
    ]);

    const knownById = new Map(known.map((delivery) => [delivery.id, delivery]));
    const newBodies = new Map<string, Buffer>();
    const created: StoredReceipt[] = [];
    const conflicts: NewReceipt[] = [];
    const replayed: { id: string; stored: StoredReceipt }[] = [];
    const results = deliveries.map(({ read, receipt }): StoreResult => {
      const { deliveryId, body } = receipt;
      const newBody = newBodies.get(deliveryId);
      const knownDelivery = knownById.get(deliveryId);
      if (newBody !== undefined || knownDelivery !== undefined) {
        const isSame =
          newBody === undefined ? knownDelivery?.digest === digestOf(body) : newBody.equals(body);
        if (!isSame) {
          if (isKept(body)) conflicts.push(conflictOf(receipt));
        } else if (knownDelivery?.outcome === 'quarantined' && read.kind === 'event' && unitOfWork !== null) {
          // An earlier release could not read this event and quarantined it.
          const assignment = applyEvent(unitOfWork, read.event);
          if (assignment === null) return 'duplicate';
          knownById.set(deliveryId, { ...knownDelivery, outcome: 'applied' });
          replayed.push({ id: knownDelivery.receiptId, stored: { receipt, assignment } });
          return 'stored';
        }
        return isSame ? 'duplicate' : 'conflict';
      }
      // Only what is answered 400: what is answered 200 is kept, whatever has to be decided about it.
      if (read.kind === 'refused' && !isKept(body)) return 'not_kept';
      newBodies.set(deliveryId, body);
      if (read.kind !== 'event' || unitOfWork === null) {
        created.push({ receipt, assignment: null });
        return 'stored';
      }
      const assignment = applyEvent(unitOfWork, read.event);
      created.push({ receipt: assignment === null ? { ...receipt, ...AMBIGUOUS } : receipt, assignment });
      return 'stored';
    });

    if (unitOfWork !== null) await this.callStore.flush(manager, unitOfWork);
    await receipts.insertAll(inLockOrder(created).map(withCallId));
    await receipts.insertMissing(conflicts);
    for (const { id, stored } of replayed) {
      await receipts.markApplied(id, { ...appliedFieldsOf(withCallId(stored)), decision: null });
    }
    const stored = [...created, ...replayed.map((receipt) => receipt.stored)];
    const ofErased = stored.filter(({ assignment }) => assignment?.isErased === true);
    if (ofErased.length > 0) await receipts.eraseBodies(ofErased.map(({ receipt }) => receipt));
    return { results, repeats: looksForRepeats ? known.length : null };
  }

  /** A verified delivery is never lost: if it cannot be applied, its receipt is stored as failed and retried. */
  private async storeAsFailed({ receipt }: ReadDelivery, error: unknown): Promise<StoreResult> {
    this.logger.error(`A webhook of ${receipt.route} could not be applied and will be retried`, error);
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
      inTransaction(this.dataSource, (manager) =>
        manager.withRepository(this.receipts).insertFailed(receipt),
      );
    try {
      return await insert(failed);
    } catch (error) {
      if (isDatabaseUnavailable(error)) throw error;
      this.logger.error('The failed receipt could not be stored either; only its body is stored', error);
      return insert({ ...failed, ...BODY_ONLY });
    }
  }

  private async repeatOf(receipt: NewReceipt): Promise<StoreResult> {
    return (await this.receipts.isStored(receipt)) ? 'duplicate' : 'conflict';
  }
}

/** A recording that may be of several calls waits for the decision of a supervisor. */
const AMBIGUOUS = {
  outcome: 'quarantined',
  errorCode: AMBIGUOUS_RECORDING_CODE,
  errorDetails: [AMBIGUOUS_RECORDING],
} satisfies Partial<NewReceipt>;

/** A receipt to store, and the call of its event. */
interface StoredReceipt {
  readonly receipt: NewReceipt;
  /** null: the delivery has no readable event. */
  readonly assignment: EventAssignment | null;
}

/** Called after the flush, which assigns the ids of new calls. */
function withCallId({ receipt, assignment }: StoredReceipt): NewReceipt {
  return { ...receipt, callId: assignment?.callId ?? null };
}

/**
 * Two instances that insert the same delivery ids must do so in the same order, or they deadlock. The locks on calls
 * serialize the receipts of events; the others are sorted by delivery id.
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
