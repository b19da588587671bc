import { Check, Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';
import type { WebhookRoute } from '../../../bracknet/bracknet-event.js';
import type { ErrorDetail } from '../../../../../common/errors/domain-error.js';

/**
 * applied: the event is applied to its call; ignored: of no known event type; quarantined: does not match the contract;
 * failed: could not be applied and will be retried; dead: all retries failed; discarded: a supervisor discarded it.
 */
export const RECEIPT_OUTCOMES = ['applied', 'ignored', 'quarantined', 'failed', 'dead', 'discarded'] as const;
export type ReceiptOutcome = (typeof RECEIPT_OUTCOMES)[number];

/** Outcomes of receipts that are not applied and that a supervisor has to replay or discard. */
export const UNSETTLED_OUTCOMES = ['quarantined', 'failed', 'dead'] as const satisfies ReceiptOutcome[];

/** Outcomes of receipts that can be replayed; a later release may know the event type of an ignored one. */
export const REPLAYABLE_OUTCOMES = [...UNSETTLED_OUTCOMES, 'ignored'] as const satisfies ReceiptOutcome[];

/** One delivery of the PBX, byte for byte, and its outcome. The unique delivery id detects duplicates. */
@Entity('telephony_webhook_receipts')
@Index('uq_telephony_webhook_receipts_provider_delivery_id', ['provider', 'deliveryId'], { unique: true })
@Index('ix_telephony_webhook_receipts_due', ['nextAttemptAt'], { where: `outcome = 'failed'` })
@Index('ix_telephony_webhook_receipts_set_aside', ['outcome', 'receivedAt', 'id'], {
  where: `outcome <> 'applied'`,
})
@Check(
  'ck_telephony_webhook_receipts_outcome',
  `outcome IN ('applied', 'ignored', 'quarantined', 'failed', 'dead', 'discarded')`,
)
@Check('ck_telephony_webhook_receipts_decision', `decision IN ('replayed', 'discarded')`)
export class WebhookReceipt {
  /** bigint, which TypeORM reads as text. */
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'pk_telephony_webhook_receipts',
  })
  id: string;

  @Column({ type: 'varchar', length: 50, default: 'bracknet' })
  provider: string;

  /** Identity of the delivery: see `delivery-id.ts`. */
  @Column({ name: 'delivery_id', type: 'varchar', length: 128 })
  deliveryId: string;

  /** The webhook route, such as `call-ended` or `one-shot`. */
  @Column({ type: 'varchar', length: 50 })
  route: WebhookRoute;

  @Column({ name: 'event_type', type: 'varchar', length: 50, nullable: true })
  eventType: string | null;

  @Index('ix_telephony_webhook_receipts_external_call_id')
  @Column({ name: 'external_call_id', type: 'varchar', length: 255, nullable: true })
  externalCallId: string | null;

  /** `telephony_calls.id` of the call it was applied to. */
  @Index('ix_telephony_webhook_receipts_call_id')
  @Column({ name: 'call_id', type: 'integer', nullable: true })
  callId: number | null;

  @Column({ name: 'source_address', type: 'varchar', length: 64 })
  sourceAddress: string;

  @Column({ type: 'varchar', length: 20 })
  outcome: ReceiptOutcome;

  /** Why it was quarantined, or `INTERNAL` if it failed. */
  @Column({ name: 'error_code', type: 'varchar', length: 50, nullable: true })
  errorCode: string | null;

  @Column({ name: 'error_details', type: 'jsonb', nullable: true })
  errorDetails: ErrorDetail[] | null;

  /** The exact bytes of the request body. */
  @Column({ type: 'bytea' })
  body: Buffer;

  /** SHA-256 (hex) of a body that was erased, which is empty since; null: the body is there. */
  @Column({ name: 'erased_digest', type: 'varchar', length: 64, nullable: true })
  erasedDigest: string | null;

  /** Time of the event: the PBX's `timestamp`, or else, and if that is from the future, `receivedAt`. null: no readable event. */
  @Column({ name: 'occurred_at', type: 'timestamptz', nullable: true })
  occurredAt: Date | null;

  /** Source of `occurredAt`. */
  @Column({ name: 'occurred_at_source', type: 'varchar', length: 10, nullable: true })
  occurredAtSource: 'pbx' | 'received' | null;

  /** The PBX's time minus ours in seconds, if it is over two minutes ahead or over ten behind; else null. */
  @Column({ name: 'clock_skew_seconds', type: 'integer', nullable: true })
  clockSkewSeconds: number | null;

  /** Names of the fields that could not be read, as in the body: the event was applied without them. null: none. */
  @Column({ name: 'ignored_fields', type: 'text', array: true, nullable: true })
  ignoredFields: string[] | null;

  @Index('ix_telephony_webhook_receipts_received_at')
  @Column({ name: 'received_at', type: 'timestamptz', default: () => 'now()' })
  receivedAt: Date;

  /** Id of the key of its signature, not the key itself; null: no valid signature. */
  @Column({ name: 'key_id', type: 'varchar', length: 64, nullable: true })
  keyId: string | null;

  /** Number of retries. */
  @Column({ type: 'integer', default: 0 })
  attempts: number;

  /** When a failed receipt is retried next, by the database's clock. */
  @Column({ name: 'next_attempt_at', type: 'timestamptz', nullable: true })
  nextAttemptAt: Date | null;

  /** The decision of a supervisor; null: there is none. */
  @Column({ type: 'varchar', length: 20, nullable: true })
  decision: 'replayed' | 'discarded' | null;

  /** The CRM user who decided. */
  @Column({ name: 'decided_by', type: 'integer', nullable: true })
  decidedBy: number | null;

  @Column({ name: 'decided_at', type: 'timestamptz', nullable: true })
  decidedAt: Date | null;

  @Column({ name: 'decision_reason', type: 'text', nullable: true })
  decisionReason: string | null;
}
