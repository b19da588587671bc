import { createHash } from 'node:crypto';
import { type EntityManager, In, IsNull, MoreThan, Repository } from 'typeorm';
import { PreparedStatement } from '../../../../../database/batch/prepared-statement.js';
import { type Column, RowSet } from '../../../../../database/batch/row-set.js';
import { type RemovedRows, removeOlder } from '../../../../../database/retention.js';
import type { CallReferences } from '../../../calls/call-references.js';
import type { ReferenceMove } from '../../../calls/domain/call-moves.js';
import { type ReceiptOutcome, UNSETTLED_OUTCOMES, WebhookReceipt } from './webhook-receipt.entity.js';

/** A supervisor's decision on a receipt. */
export interface Decision {
  /** null: an operator at the command line. */
  readonly userId: number | null;
  readonly reason: string | null;
}

/** A receipt to insert. */
export type NewReceipt = Pick<
  WebhookReceipt,
  | 'provider'
  | 'deliveryId'
  | 'route'
  | 'eventType'
  | 'externalCallId'
  | 'callId'
  | 'sourceAddress'
  | 'keyId'
  | 'outcome'
  | 'errorCode'
  | 'errorDetails'
  | 'body'
  | 'occurredAt'
  | 'occurredAtSource'
  | 'clockSkewSeconds'
  | 'ignoredFields'
  | 'receivedAt'
>;

export interface AppliedReceipt extends Pick<
  WebhookReceipt,
  | 'callId'
  | 'eventType'
  | 'externalCallId'
  | 'occurredAt'
  | 'occurredAtSource'
  | 'clockSkewSeconds'
  | 'ignoredFields'
> {
  /** null: applied automatically. */
  readonly decision: Decision | null;
}

/** A failed receipt that an instance has claimed for a retry. */
export interface ClaimedReceipt extends Pick<WebhookReceipt, 'id' | 'errorDetails'> {
  /** Number of retries, including this one. */
  readonly attempts: number;
}

/** A delivery that is already stored. */
export interface KnownDelivery {
  readonly receiptId: string;
  /** The delivery id. */
  readonly id: string;
  readonly outcome: ReceiptOutcome;
  /** SHA-256 of its body, hex. */
  readonly digest: string;
}

/** How long no other instance can claim a claimed receipt. */
const CLAIM_SECONDS = 30;

/** OFFSET 0 forces one index lookup per delivery. Without it PostgreSQL may scan the whole table. */
const FIND_KNOWN = new PreparedStatement<KnownDelivery>(
  'find-known-receipts',
  `
    SELECT r.id AS "receiptId", r.delivery_id AS id, r.outcome, coalesce(r.erased_digest, encode(sha256(r.body), 'hex')) AS digest
      FROM unnest($2::text[]) AS sought(id) CROSS JOIN LATERAL (
        SELECT * FROM telephony_webhook_receipts WHERE provider = $1 AND delivery_id = sought.id OFFSET 0) AS r`,
);

/** Arrays cannot be nested in the arrays of a batch: each is sent as one text. No field name contains a comma. */
const NAME_SEPARATOR = ',';

const WRITTEN_COLUMNS = {
  provider: ['text', (receipt) => receipt.provider],
  delivery_id: ['text', (receipt) => receipt.deliveryId],
  route: ['text', (receipt) => receipt.route],
  event_type: ['text', (receipt) => receipt.eventType],
  external_call_id: ['text', (receipt) => receipt.externalCallId],
  call_id: ['integer', (receipt) => receipt.callId],
  source_address: ['text', (receipt) => receipt.sourceAddress],
  key_id: ['text', (receipt) => receipt.keyId],
  outcome: ['text', (receipt) => receipt.outcome],
  error_code: ['text', (receipt) => receipt.errorCode],
  error_details: [
    'jsonb',
    ({ errorDetails }) => (errorDetails === null ? null : JSON.stringify(errorDetails)),
  ],
  body: ['bytea', (receipt) => receipt.body],
  occurred_at: ['timestamptz', (receipt) => receipt.occurredAt],
  occurred_at_source: ['text', (receipt) => receipt.occurredAtSource],
  clock_skew_seconds: ['integer', (receipt) => receipt.clockSkewSeconds],
  ignored_fields: ['text', ({ ignoredFields }) => ignoredFields?.join(NAME_SEPARATOR) ?? null],
  received_at: ['timestamptz', (receipt) => receipt.receivedAt],
} as const satisfies Readonly<Record<string, Column<NewReceipt>>>;
const WRITTEN = new RowSet<NewReceipt>('w', WRITTEN_COLUMNS);
const COLUMNS = Object.keys(WRITTEN_COLUMNS);
const VALUES = COLUMNS.map((column) =>
  column === 'ignored_fields' ? `string_to_array(${column}, '${NAME_SEPARATOR}')` : column,
);

const INSERT_TEXT = `
  INSERT INTO telephony_webhook_receipts (${COLUMNS.join(', ')})
  SELECT ${VALUES.join(', ')} FROM ${WRITTEN.source}`;

const INSERT = new PreparedStatement('insert-receipts', INSERT_TEXT);

const INSERT_NEW = new PreparedStatement(
  'insert-new-receipts',
  `${INSERT_TEXT} ON CONFLICT (provider, delivery_id) DO NOTHING`,
);

/** Rows of `telephony_webhook_receipts`. Batches use prepared statements that read or write many rows at once. */
export class WebhookReceiptRepository extends Repository<WebhookReceipt> implements CallReferences {
  /** Those of these deliveries that are already stored. */
  findKnown(provider: string, deliveryIds: readonly string[]): Promise<KnownDelivery[]> {
    return FIND_KNOWN.run(this.manager, [provider, deliveryIds]);
  }

  /** Whether this delivery is stored with this body, which may have been erased since. */
  async isStored({ provider, deliveryId, body }: NewReceipt): Promise<boolean> {
    const known = await this.findOneBy({ provider, deliveryId });
    return known !== null && (known.erasedDigest ?? digestOf(known.body)) === digestOf(body);
  }

  /** Fails on a delivery id that another transaction has stored meanwhile; `inTransaction` then retries. */
  async insertAll(receipts: readonly NewReceipt[]): Promise<void> {
    if (receipts.length > 0) await INSERT.run(this.manager, WRITTEN.valuesOf(receipts));
  }

  /** Skips receipts whose delivery id is already stored. */
  async insertMissing(receipts: readonly NewReceipt[]): Promise<void> {
    if (receipts.length > 0) await INSERT_NEW.run(this.manager, WRITTEN.valuesOf(receipts));
  }

  /**
   * Stores a receipt whose event could not be applied, to be retried in a second.
   * @returns false when its delivery id is already stored
   */
  async insertFailed(receipt: NewReceipt): Promise<boolean> {
    const { raw } = await this.createQueryBuilder()
      .insert()
      .values({ ...receipt, attempts: 0, nextAttemptAt: () => `now() + interval '1 s'` })
      .orIgnore()
      .returning('id')
      .execute();
    return (raw as unknown[]).length > 0;
  }

  /** Loads a receipt and locks its row until the transaction ends. */
  lockById(id: string): Promise<WebhookReceipt | null> {
    return this.findOne({ where: { id }, lock: { mode: 'pessimistic_write' } });
  }

  async markApplied(id: string, { decision, ...applied }: AppliedReceipt): Promise<void> {
    await this.update(
      { id },
      {
        ...applied,
        outcome: 'applied',
        errorCode: null,
        errorDetails: null,
        nextAttemptAt: null,
        ...(decision !== null && {
          decision: 'replayed',
          decidedBy: decision.userId,
          decidedAt: () => 'now()',
          ...(decision.reason !== null && { decisionReason: decision.reason }),
        }),
      },
    );
  }

  /** @returns how many: not those whose outcome is none of {@link UNSETTLED_OUTCOMES} */
  async discard(ids: readonly string[], { userId, reason }: Decision): Promise<number> {
    const { affected } = await this.update(
      { id: In(ids), outcome: In(UNSETTLED_OUTCOMES) },
      {
        outcome: 'discarded',
        nextAttemptAt: null,
        decision: 'discarded',
        decidedBy: userId,
        decidedAt: () => 'now()',
        decisionReason: reason,
      },
    );
    return affected ?? 0;
  }

  /** Empties the bodies of receipts that name a customer who was erased. Their digests stay, so that repeats are recognised. */
  async eraseBodies(receipts: readonly Pick<WebhookReceipt, 'provider' | 'deliveryId'>[]): Promise<void> {
    for (const { provider, deliveryId } of receipts) {
      await this.update(
        { provider, deliveryId, erasedDigest: IsNull() },
        { erasedDigest: () => `encode(sha256(body), 'hex')`, body: Buffer.alloc(0) },
      );
    }
  }

  /** Claims a failed receipt that is due, for {@link CLAIM_SECONDS}. null: none is due. */
  async claimDue(): Promise<ClaimedReceipt | null> {
    const due = await this.createQueryBuilder('receipt')
      .select(['receipt.id', 'receipt.attempts', 'receipt.errorDetails'])
      .where(`receipt.outcome = 'failed' AND receipt.nextAttemptAt <= now()`)
      .orderBy('receipt.nextAttemptAt')
      .limit(1)
      .setLock('pessimistic_write')
      .setOnLocked('skip_locked')
      .getOne();
    if (due === null) return null;
    const { id, errorDetails } = due;
    const attempts = due.attempts + 1;
    await this.update({ id }, { attempts, nextAttemptAt: inSeconds(CLAIM_SECONDS) });
    return { id, errorDetails, attempts };
  }

  /** Stores the result of a retry that failed. `dueInSeconds` null: it is not retried again. */
  async updateFailed({
    id,
    outcome,
    dueInSeconds,
    details,
  }: {
    readonly id: string;
    readonly outcome: 'failed' | 'dead' | 'quarantined';
    readonly dueInSeconds: number | null;
    readonly details: WebhookReceipt['errorDetails'];
  }): Promise<void> {
    const nextAttemptAt = dueInSeconds === null ? null : inSeconds(dueInSeconds);
    await this.update({ id, outcome: 'failed' }, { outcome, nextAttemptAt, errorDetails: details });
  }

  /** Removes at most `limit` receipts, except those with an outcome of {@link UNSETTLED_OUTCOMES}. */
  removeOlderThan(days: number, limit: number): Promise<RemovedRows> {
    const settled = this.createQueryBuilder('receipt').where(
      `receipt.outcome IN ('applied', 'ignored', 'discarded')`,
    );
    return removeOlder(this, settled, { time: 'receivedAt', days, limit });
  }

  async move(manager: EntityManager, moves: readonly ReferenceMove[]): Promise<void> {
    const receipts = manager.withRepository(this);
    for (const { from, to, only } of moves) {
      const { externalCallId = null } = only ?? {};
      const moved = only && {
        occurredAt: only.occurredAt,
        externalCallId: externalCallId ?? IsNull(),
      };
      await receipts.update({ callId: from, ...moved }, { callId: to });
    }
  }

  /** The receipts whose events were applied to these calls and were not erased, in order of receipt. */
  appliedTo(callIds: readonly number[]): Promise<WebhookReceipt[]> {
    return this.find({
      where: { callId: In(callIds), outcome: 'applied', erasedDigest: IsNull() },
      order: { receivedAt: 'ASC', id: 'ASC' },
    });
  }

  /** Ids of the receipts that are in no call and were not erased: the lowest after this one, in order. */
  async idsWithoutCall(afterId: string, limit: number): Promise<string[]> {
    const where = { id: MoreThan(afterId), callId: IsNull(), erasedDigest: IsNull() };
    const found = await this.find({ select: { id: true }, where, order: { id: 'ASC' }, take: limit });
    return found.map(({ id }) => id);
  }

  /** The receipts of a call, in order of receipt. */
  ofCall(callId: number): Promise<WebhookReceipt[]> {
    return this.find({ where: { callId }, order: { receivedAt: 'ASC', id: 'ASC' } });
  }
}

/** The fields that are updated when a receipt is applied. */
export function appliedFieldsOf(receipt: NewReceipt): Omit<AppliedReceipt, 'decision'> {
  const { callId, eventType, externalCallId } = receipt;
  const { occurredAt, occurredAtSource, clockSkewSeconds, ignoredFields } = receipt;
  return { callId, eventType, externalCallId, occurredAt, occurredAtSource, clockSkewSeconds, ignoredFields };
}

/** SHA-256 of a body, hex, like `KnownDelivery.digest`. */
export function digestOf(body: Buffer): string {
  return createHash('sha256').update(body).digest('hex');
}

/** By the database's clock. */
function inSeconds(seconds: number): () => string {
  return () => `now() + interval '${seconds} s'`;
}
