import { Check, Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

/** A member of a group or queue: a user, wherever he sits, or an extension, whoever holds it. */
@Entity('telephony_extension_members')
@Index('uq_telephony_extension_members_user_id', ['userId', 'extension'], {
  unique: true,
  where: 'user_id IS NOT NULL',
})
@Index('uq_telephony_extension_members_member_extension', ['memberExtension', 'extension'], {
  unique: true,
  where: 'member_extension IS NOT NULL',
})
@Index('ix_telephony_extension_members_extension', ['extension'])
@Check('ck_telephony_extension_members_member', '(user_id IS NULL) <> (member_extension IS NULL)')
export class ExtensionMember {
  @PrimaryGeneratedColumn('identity', {
    type: 'integer',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'pk_telephony_extension_members',
  })
  id: number;

  /** The group or queue. */
  @Column({ type: 'varchar', length: 30 })
  extension: string;

  @Column({ name: 'user_id', type: 'integer', nullable: true })
  userId: number | null;

  @Column({ name: 'member_extension', type: 'varchar', length: 30, nullable: true })
  memberExtension: string | null;
}
