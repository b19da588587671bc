import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

/**
 * agent: the telephone of one user; group: rings several at once; queue: answers by itself and then rings its members;
 * unattended: a voicemail or a menu, where no person answers.
 */
export const EXTENSION_KINDS = ['agent', 'group', 'queue', 'unattended'] as const;
export type ExtensionKind = (typeof EXTENSION_KINDS)[number];

/** What an extension of the PBX is now, and who holds it. What it was before is in `telephony_extension_history`. */
@Entity('telephony_extensions')
@Index('uq_telephony_extensions_primary_user_id', ['userId'], { unique: true, where: 'is_primary' })
@Index('ix_telephony_extensions_user_id', ['userId'], { where: 'user_id IS NOT NULL' })
@Check('ck_telephony_extensions_kind', `kind IN ('agent', 'group', 'queue', 'unattended')`)
@Check('ck_telephony_extensions_user_id', `user_id IS NULL OR kind = 'agent'`)
@Check('ck_telephony_extensions_is_primary', 'NOT is_primary OR user_id IS NOT NULL')
export class Extension {
  /** In lower case. */
  @PrimaryColumn({ type: 'varchar', length: 30, primaryKeyConstraintName: 'pk_telephony_extensions' })
  extension: string;

  @Column({ type: 'varchar', length: 20 })
  kind: ExtensionKind;

  /** The CRM's user id of the holder; null: nobody holds it. */
  @Column({ name: 'user_id', type: 'integer', nullable: true })
  userId: number | null;

  @Column({ type: 'varchar', length: 100, nullable: true })
  label: string | null;

  /** The one from which the holder's calls are started when a request names none. */
  @Column({ name: 'is_primary', type: 'boolean', default: false })
  isPrimary: boolean;

  /** Whether an agent may take it himself, as at a shared desk. */
  @Column({ type: 'boolean', default: false })
  claimable: boolean;

  /** The CRM's id of who assigned it; null: the configuration did. */
  @Column({ name: 'assigned_by', type: 'integer', nullable: true })
  assignedBy: number | null;

  @Column({ name: 'assigned_at', type: 'timestamptz', default: () => 'now()' })
  assignedAt: Date;
}
