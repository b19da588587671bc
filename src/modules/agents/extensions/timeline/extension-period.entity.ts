import { Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';
import type { ExtensionKind } from '../extension.entity.js';

/**
 * What an extension was, and who held it, from one time until another. Rows are added and ended, and never changed
 * otherwise: an event is stamped with what held at its own time, also when it is applied again.
 */
@Entity('telephony_extension_history')
@Index('ix_telephony_extension_history_extension_to_at', ['extension', 'toAt'])
export class ExtensionPeriod {
  @PrimaryGeneratedColumn('identity', {
    type: 'integer',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'pk_telephony_extension_history',
  })
  id: number;

  @Column({ type: 'varchar', length: 30 })
  extension: string;

  @Column({ type: 'varchar', length: 20 })
  kind: ExtensionKind;

  @Column({ name: 'user_id', type: 'integer', nullable: true })
  userId: number | null;

  @Column({ name: 'member_users', type: 'integer', array: true, default: () => `'{}'` })
  memberUsers: number[];

  @Column({ name: 'member_extensions', type: 'text', array: true, default: () => `'{}'` })
  memberExtensions: string[];

  @Column({ name: 'from_at', type: 'timestamptz' })
  fromAt: Date;

  /** `infinity` while it holds. */
  @Column({ name: 'to_at', type: 'timestamptz', default: () => `'infinity'` })
  toAt: Date;
}
