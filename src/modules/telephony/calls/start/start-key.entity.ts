import { Column, CreateDateColumn, Entity, PrimaryColumn } from 'typeorm';

/** One `Idempotency-Key` of one agent. Rows are never removed: the same key always gives the same response. */
@Entity('telephony_start_keys')
export class StartKey {
  @PrimaryColumn({
    name: 'agent_user_id',
    type: 'integer',
    primaryKeyConstraintName: 'pk_telephony_start_keys',
  })
  agentUserId: number;

  @PrimaryColumn({
    name: 'idempotency_key',
    type: 'varchar',
    length: 255,
    primaryKeyConstraintName: 'pk_telephony_start_keys',
  })
  idempotencyKey: string;

  /** SHA-256 (hex) of the request the key was first used with. */
  @Column({ type: 'varchar', length: 64 })
  fingerprint: string;

  /** The call that the request started, or the call of the click that it repeated. */
  @Column({ name: 'call_id', type: 'integer' })
  callId: number;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz', default: () => 'now()' })
  createdAt: Date;
}
