import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** One listening: all requests of one ticket, for a player asks for a recording in pieces. Written before the first byte. */
@Entity('telephony_recording_listens')
@Index('ix_telephony_recording_listens_recording_id', ['recordingId', 'firstAt'])
export class RecordingListen {
  /** The id of the ticket. */
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'pk_telephony_recording_listens' })
  ticket: string;

  @Column({ name: 'recording_id', type: 'integer' })
  recordingId: number;

  @Column({ name: 'user_id', type: 'integer' })
  userId: number;

  @Column({ type: 'varchar', length: 20 })
  role: string;

  @Column({ type: 'varchar', length: 45, nullable: true })
  address: string | null;

  @Column({ name: 'first_at', type: 'timestamptz', default: () => 'now()' })
  firstAt: Date;

  @Column({ name: 'last_at', type: 'timestamptz', default: () => 'now()' })
  lastAt: Date;

  /** Requests of the player. */
  @Column({ type: 'integer', default: 1 })
  requests: number;

  /** Sent to the player, headers included; bigint, which TypeORM reads as text. */
  @Column({ type: 'bigint', default: 0 })
  bytes: string;
}
