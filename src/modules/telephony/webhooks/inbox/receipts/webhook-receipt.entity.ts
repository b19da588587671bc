import { Check, Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';
import type { WebhookRoute } from '../../../bracknet/bracknet-event.js';
import type { ErrorDetail } from '../../../../../common/errors/domain-error.js';

/**
 * applied: in its call; ignored: an event nobody knows; quarantined: not the contract, kept as it came; failed: could
 * not be applied and is tried again; dead: was tried often enough; discarded: somebody decided that it is nothing.
 */
export const RECEIPT_OUTCOMES = ['applied', 'ignored', 'quarantined', 'failed', 'dead', 'discarded'] as const;
export type ReceiptOutcome = (typeof RECEIPT_OUTCOMES)[number];

/** Outcomes of receipts that are not in their call, but may come to be. */
export const UNSETTLED_OUTCOMES = ['quarantined', 'failed', 'dead'] as const satisfies ReceiptOutcome[];

/** Outcomes of receipts that can be applied after all: what nobody knew may be known by now. */
export const REPLAYABLE_OUTCOMES = [...UNSETTLED_OUTCOMES, 'ignored'] as const satisfies ReceiptOutcome[];

/** One delivery of the PBX, exactly as it came, and what became of it. Unique by delivery: this is the replay store. */
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
  /** bigint: text in JavaScript. */
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

  /** Which webhook route it came by, such as `call-ended` or `one-shot`. */
  @Column({ type: 'varchar', length: 50 })
  route: WebhookRoute;

  @Column({ name: 'event_type', type: 'varchar', length: 50, nullable: true })
  eventType: string | null;

  @Index('ix_telephony_webhook_receipts_external_call_id')
  @Column({ name: 'external_call_id', type: 'varchar', length: 255, nullable: true })
  externalCallId: string | null;

  /** The row of `telephony_calls` it was applied to. */
  @Index('ix_telephony_webhook_receipts_call_id')
  @Column({ name: 'call_id', type: 'integer', nullable: true })
  callId: number | null;

  @Column({ name: 'source_address', type: 'varchar', length: 64 })
  sourceAddress: string;

  @Column({ type: 'varchar', length: 20 })
  outcome: ReceiptOutcome;

  /** Why it was quarantined. */
  @Column({ name: 'error_code', type: 'varchar', length: 50, nullable: true })
  errorCode: string | null;

  @Column({ name: 'error_details', type: 'jsonb', nullable: true })
  errorDetails: ErrorDetail[] | null;

  /** The bytes of the request, untouched. */
  @Column({ type: 'bytea' })
  body: Buffer;

  /** When it happened: by the PBX's clock if it said so, else `receivedAt`. */
  @Column({ name: 'occurred_at', type: 'timestamptz', nullable: true })
  occurredAt: Date | null;

  /** Whose clock `occurredAt` was read from. */
  @Column({ name: 'occurred_at_source', type: 'varchar', length: 10, nullable: true })
  occurredAtSource: 'pbx' | 'received' | null;

  /** Set when the PBX's clock is more than ten minutes off ours: PBX minus ours, in seconds. */
  @Column({ name: 'clock_skew_seconds', type: 'integer', nullable: true })
  clockSkewSeconds: number | null;

  @Index('ix_telephony_webhook_receipts_received_at')
  @Column({ name: 'received_at', type: 'timestamptz', default: () => 'now()' })
  receivedAt: Date;

  /** Which of the keys its signature was made with; null: it came unsigned. Never the key itself. */
  @Column({ name: 'key_id', type: 'varchar', length: 64, nullable: true })
  keyId: string | null;

  /** How often a failed one was tried again. */
  @Column({ type: 'integer', default: 0 })
  attempts: number;

  /** When a failed one is tried next, by the database's clock. */
  @Column({ name: 'next_attempt_at', type: 'timestamptz', nullable: true })
  nextAttemptAt: Date | null;

  /** What somebody decided on one that was set aside. */
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
