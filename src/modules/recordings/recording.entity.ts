import { Check, Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

/**
 * - waiting: there is no copy yet; it is fetched when `next_try_at` comes
 * - stored: there is a copy, under `storage_key`
 * - gone: it could not be fetched, and is not tried any more
 * - removing: the copy must not be played any more, and is being removed
 * - removed: there is no copy any more; the row says since when and why
 */
export const RECORDING_STATES = ['waiting', 'stored', 'gone', 'removing', 'removed'] as const;
export type RecordingState = (typeof RECORDING_STATES)[number];

/** One recording of a call: what the PBX reported, and what became of its copy. The row stays when the copy is removed. */
@Entity('telephony_recordings')
@Index('uq_telephony_recordings_call_id_url_sha256', ['callId', 'urlSha256'], { unique: true })
@Index('ix_telephony_recordings_next_try_at', ['nextTryAt'], { where: `state = 'waiting'` })
@Index('ix_telephony_recordings_reported_at', ['reportedAt'], {
  where: `state IN ('waiting', 'stored', 'gone')`,
})
@Index('ix_telephony_recordings_due_removal', ['id'], {
  where: `state = 'removing' OR (state = 'stored' AND erased_at IS NOT NULL)`,
})
@Check('ck_telephony_recordings_state', `state IN ('waiting', 'stored', 'gone', 'removing', 'removed')`)
export class Recording {
  @PrimaryGeneratedColumn('identity', {
    type: 'integer',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'pk_telephony_recordings',
  })
  id: number;

  /** `telephony_calls.id`; follows the call when two rows become one. */
  @Column({ name: 'call_id', type: 'integer' })
  callId: number;

  @Column({ type: 'varchar', length: 50 })
  provider: string;

  /** At the PBX, as it reported it; null: the customer was erased. */
  @Column({ type: 'text', nullable: true })
  url: string | null;

  /** By which a URL that is reported again is known. null: erased, or another row of the call has the same URL. */
  @Column({ name: 'url_sha256', type: 'bytea', nullable: true })
  urlSha256: Buffer | null;

  @Column({ name: 'duration_seconds', type: 'integer', nullable: true })
  durationSeconds: number | null;

  /** When its first report was received. */
  @Column({ name: 'reported_at', type: 'timestamptz' })
  reportedAt: Date;

  @Column({ type: 'varchar', length: 10, default: 'waiting' })
  state: RecordingState;

  /** How often it was tried to fetch it. */
  @Column({ type: 'smallint', default: 0 })
  tries: number;

  /** When it is fetched next; while it is being fetched, until when no other instance may. */
  @Column({ name: 'next_try_at', type: 'timestamptz', nullable: true })
  nextTryAt: Date | null;

  /** Why the last try failed. */
  @Column({ type: 'varchar', length: 200, nullable: true })
  why: string | null;

  /** Of the copy, in bytes; bigint, which TypeORM reads as text. */
  @Column({ type: 'bigint', nullable: true })
  size: string | null;

  /** Of the copy; stays when it is removed. */
  @Column({ type: 'bytea', nullable: true })
  sha256: Buffer | null;

  /** Of the copy, by its first bytes. */
  @Column({ name: 'content_type', type: 'varchar', length: 50, nullable: true })
  contentType: string | null;

  /** Where the store has the copy. */
  @Column({ name: 'storage_key', type: 'varchar', length: 100, nullable: true })
  storageKey: string | null;

  @Column({ name: 'stored_at', type: 'timestamptz', nullable: true })
  storedAt: Date | null;

  /** Keeps the copy from being removed; null: there is no hold. */
  @Column({ name: 'held_at', type: 'timestamptz', nullable: true })
  heldAt: Date | null;

  @Column({ name: 'held_by', type: 'integer', nullable: true })
  heldBy: number | null;

  @Column({ name: 'hold_reason', type: 'varchar', length: 300, nullable: true })
  holdReason: string | null;

  /** null: until it is taken back. */
  @Column({ name: 'hold_until', type: 'timestamptz', nullable: true })
  holdUntil: Date | null;

  /** The customer of the call was erased: it is not played, and the copy is removed as soon as nothing holds it. */
  @Column({ name: 'erased_at', type: 'timestamptz', nullable: true })
  erasedAt: Date | null;

  @Column({ name: 'removed_at', type: 'timestamptz', nullable: true })
  removedAt: Date | null;

  @Column({ name: 'removed_why', type: 'varchar', length: 20, nullable: true })
  removedWhy: 'retention' | 'erased' | null;
}
