import {
  Check,
  Column,
  CreateDateColumn,
  Entity,
  Index,
  PrimaryGeneratedColumn,
  UpdateDateColumn,
} from 'typeorm';
import type { CallFacts } from './domain/facts/call-facts.js';
import type { CallEffects } from './domain/effects/effect-marks.js';
import type { Direction, CallStatus, Disposition } from './domain/call-vocabulary.js';

/**
 * One telephone call. `facts` holds what the events reported and what was inferred. The columns of `CallProjection` are
 * computed from the facts (see `projection.ts`); only the correlation changes one of them, `disposition`.
 */
@Entity('telephony_calls')
@Index(
  'uq_telephony_calls_provider_external_call_id',
  ['provider', 'externalCallId', 'externalIdOccurrence'],
  { unique: true },
)
@Index('ix_telephony_calls_customer_number_e164_started_at', ['customerNumberE164', 'startedAt'])
@Index('ix_telephony_calls_talk_with', ['customerNumberE164', 'startedAt'], {
  where: `status = 'completed' AND duration_seconds >= 10`,
})
@Index('ix_telephony_calls_agent_user_id_started_at', ['agentUserId', 'startedAt'], {
  where: 'agent_user_id IS NOT NULL',
})
@Index('ix_telephony_calls_started_created_at', ['createdAt', 'agentUserId'], {
  where: 'agent_user_id IS NOT NULL',
})
@Index('ix_telephony_calls_agent_phone_started_at', ['agentPhone', 'startedAt'])
@Index('ix_telephony_calls_first_agent_phone_started_at', ['firstAgentPhone', 'startedAt'], {
  where: 'first_agent_phone IS NOT NULL AND first_agent_phone IS DISTINCT FROM agent_phone',
})
@Index('ix_telephony_calls_first_agent_user_id_started_at', ['firstAgentUserId', 'startedAt'], {
  where: 'first_agent_user_id IS NOT NULL AND first_agent_user_id IS DISTINCT FROM agent_user_id',
})
@Index('ix_telephony_calls_queue_name_started_at', ['queueName', 'startedAt'], {
  where: 'queue_name IS NOT NULL',
})
@Index('ix_telephony_calls_trunk_name_started_at', ['trunkName', 'startedAt'], {
  where: 'trunk_name IS NOT NULL',
})
@Index('ix_telephony_calls_disposition_started_at', ['disposition', 'startedAt'], {
  where: 'disposition IS NOT NULL',
})
@Index('ix_telephony_calls_customer_phone_started_at', ['customerPhone', 'startedAt'], {
  where: 'customer_number_e164 IS NULL',
})
// Expression indexes, which TypeORM cannot declare: the migrations create them.
@Index('ix_telephony_calls_missed_task_id', { synchronize: false })
@Index('ix_telephony_calls_external_call_id_key', { synchronize: false })
@Index('ix_telephony_calls_task_id', ['taskId'], { where: 'task_id IS NOT NULL' })
@Index('ix_telephony_calls_open', ['startedAt'], { where: `status IN ('initiated', 'ringing', 'answered')` })
@Index('ix_telephony_calls_open_agent_user_id', ['agentUserId', 'createdAt'], {
  where: `status NOT IN ('completed', 'failed') AND agent_user_id IS NOT NULL`,
})
@Index('ix_telephony_calls_crm_call_id', ['crmCallId'], { where: 'external_call_id IS NULL' })
@Check('ck_telephony_calls_status', `status IN ('initiated', 'ringing', 'answered', 'completed', 'failed')`)
export class Call {
  @PrimaryGeneratedColumn({ primaryKeyConstraintName: 'pk_telephony_calls' })
  id: number;

  @Column({ type: 'varchar', length: 50, default: 'bracknet' })
  provider: string;

  /** The PBX's id of the call; null until it is known, and for an orphan miss. */
  @Column({ name: 'external_call_id', type: 'varchar', length: 255, nullable: true })
  externalCallId: string | null;

  /** 0 for the first call that had this id of the PBX, 1 for the next one: some PBXs use an id again. */
  @Column({ name: 'external_id_occurrence', type: 'smallint', default: 0 })
  externalIdOccurrence: number;

  /** The CRM's id of the call, sent with the start and echoed by the PBX; null: none is known. */
  @Column({ name: 'crm_call_id', type: 'varchar', length: 255, nullable: true })
  crmCallId: string | null;

  @Column({ name: 'task_id', type: 'integer', nullable: true })
  taskId: number | null;

  /** The user who started the call; else who held the extension that has it or had it last, at that time. */
  @Column({ name: 'agent_user_id', type: 'integer', nullable: true })
  agentUserId: number | null;

  /** The user who held the extension that answered first. */
  @Column({ name: 'first_agent_user_id', type: 'integer', nullable: true })
  firstAgentUserId: number | null;

  /** All users who started the call, had it, or heard it ring, sorted. */
  @Column({ name: 'user_ids', type: 'integer', array: true, default: () => `'{}'` })
  userIds: number[];

  /** Extension that has the call, or had it last. */
  @Column({ name: 'agent_phone', type: 'varchar', length: 30, nullable: true })
  agentPhone: string | null;

  /** Extension that answered first; differs from `agentPhone` after a transfer. */
  @Column({ name: 'first_agent_phone', type: 'varchar', length: 30, nullable: true })
  firstAgentPhone: string | null;

  /** The customer's number as it was received; '' while none is known. */
  @Column({ name: 'customer_phone', type: 'varchar', length: 100 })
  customerPhone: string;

  @Column({ name: 'customer_number_e164', type: 'varchar', length: 20, nullable: true })
  customerNumberE164: string | null;

  /** `customers.id` of the customer found by that number. */
  @Column({ name: 'customer_id', type: 'integer', nullable: true })
  customerId: number | null;

  @Column({ type: 'varchar', length: 20, default: 'outbound' })
  direction: Direction;

  @Column({ type: 'varchar', length: 20, default: 'initiated' })
  status: CallStatus;

  @Index('ix_telephony_calls_started_at')
  @Column({ name: 'started_at', type: 'timestamptz', nullable: true, default: () => 'now()' })
  startedAt: Date | null;

  @Column({ name: 'answered_at', type: 'timestamptz', nullable: true })
  answeredAt: Date | null;

  @Column({ name: 'ended_at', type: 'timestamptz', nullable: true })
  endedAt: Date | null;

  @Column({ name: 'duration_seconds', type: 'integer', nullable: true })
  durationSeconds: number | null;

  @Column({ name: 'wait_seconds', type: 'integer', nullable: true })
  waitSeconds: number | null;

  @Column({ name: 'hold_seconds', type: 'integer', nullable: true })
  holdSeconds: number | null;

  @Column({ name: 'recording_url', type: 'text', nullable: true })
  recordingUrl: string | null;

  @Column({ name: 'recording_duration_seconds', type: 'integer', nullable: true })
  recordingDurationSeconds: number | null;

  @Column({ name: 'queue_name', type: 'varchar', length: 100, nullable: true })
  queueName: string | null;

  @Column({ name: 'trunk_name', type: 'varchar', length: 100, nullable: true })
  trunkName: string | null;

  @Column({ type: 'varchar', length: 50, nullable: true })
  disposition: Disposition | null;

  /** Why the call ended, as the PBX reported it, or the reason of the inferred end. */
  @Column({ name: 'end_reason', type: 'varchar', length: 255, nullable: true })
  endReason: string | null;

  /** Names of the columns above whose value was inferred rather than reported, such as `ended_at`. */
  @Column({ type: 'text', array: true, default: () => `'{}'` })
  inferred: string[];

  /** null on rows that were written before this service: see `legacy-facts.ts`. */
  @Column({ type: 'jsonb', nullable: true })
  facts: CallFacts | null;

  /** The effects that the call already had, so that each happens once. */
  @Column({ type: 'jsonb', default: () => `'{}'` })
  effects: CallEffects;

  @Column({ name: 'hangup_requested_at', type: 'timestamptz', nullable: true })
  hangupRequestedAt: Date | null;

  @Column({ name: 'transfer_requested_at', type: 'timestamptz', nullable: true })
  transferRequestedAt: Date | null;

  /** Raw payloads by event, for support. */
  @Column({ type: 'jsonb', nullable: true })
  meta: Record<string, unknown> | null;

  /** Incremented with every change of the row. */
  @Column({ type: 'integer', default: 1 })
  version: number;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz', default: () => 'now()' })
  createdAt: Date;

  @UpdateDateColumn({ name: 'updated_at', type: 'timestamptz', default: () => 'now()' })
  updatedAt: Date;
}
