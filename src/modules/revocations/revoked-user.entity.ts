import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A user whose tokens are withdrawn, as far as they were issued before a time. */
@Entity('telephony_revoked_users')
export class RevokedUser {
  /** The CRM's user id. */
  @PrimaryColumn({
    name: 'user_id',
    type: 'integer',
    primaryKeyConstraintName: 'pk_telephony_revoked_users',
  })
  userId: number;

  /** Tokens that were issued before this time are refused. */
  @Column({ name: 'revoked_at', type: 'timestamptz', default: () => 'now()' })
  revokedAt: Date;

  /** The CRM's id of the supervisor; null: an operator at the command line. */
  @Column({ name: 'revoked_by', type: 'integer', nullable: true })
  revokedBy: number | null;

  @Column({ type: 'varchar', length: 500, nullable: true })
  reason: string | null;
}
