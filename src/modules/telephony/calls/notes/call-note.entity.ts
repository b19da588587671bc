import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What an agent writes of a call while talking. What becomes of it is written to a task of the call desk. */
@Entity('telephony_call_notes')
export class CallNote {
  /** `telephony_calls.id`. A note is deleted when its call is merged into another one, or erased. */
  @PrimaryColumn({ name: 'call_id', type: 'integer', primaryKeyConstraintName: 'pk_telephony_call_notes' })
  callId: number;

  @Column({ type: 'text' })
  note: string;

  /** A word of the CRM, as `call_outcome` of a task; null: none was chosen. */
  @Column({ type: 'varchar', length: 100, nullable: true })
  outcome: string | null;

  /** The CRM's user id of who wrote it last. */
  @Column({ name: 'written_by', type: 'integer' })
  writtenBy: number;

  @Column({ name: 'written_at', type: 'timestamptz', default: () => 'now()' })
  writtenAt: Date;
}
