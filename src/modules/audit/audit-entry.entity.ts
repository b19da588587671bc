import { Check, Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';
import type { ErrorCode } from '../../common/errors/error-code.js';
import type { AuditAction, AuditOutcome } from './audit-action.js';

/** What is known of an act beside its subject, such as how many rows were exported. Never a telephone number in full. */
export type AuditDetails = Readonly<Record<string, unknown>>;

/** One act of a user: who did what, to what, when and from where. */
@Entity('telephony_audit')
@Index('ix_telephony_audit_at', ['at', 'id'])
@Index('ix_telephony_audit_user_id', ['userId', 'at', 'id'])
@Index('ix_telephony_audit_subject', ['subject', 'at', 'id'])
@Check('ck_telephony_audit_outcome', `outcome IN ('done', 'refused', 'failed')`)
export class AuditEntry {
  /** bigint, which TypeORM reads as text. */
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'pk_telephony_audit',
  })
  id: string;

  @Column({ type: 'timestamptz', default: () => 'now()' })
  at: Date;

  /** The CRM's user id; null: an operator at the command line. */
  @Column({ name: 'user_id', type: 'integer', nullable: true })
  userId: number | null;

  @Column({ type: 'varchar', length: 20 })
  role: string;

  /** Source address of the request; null at the command line. */
  @Column({ type: 'varchar', length: 45, nullable: true })
  address: string | null;

  @Column({ type: 'varchar', length: 40 })
  action: AuditAction;

  /** What the act was on, such as `call:55`, `task:12`, `bracknet:BN-CALL-1`. Never a telephone number. */
  @Column({ type: 'varchar', length: 300 })
  subject: string;

  @Column({ type: 'varchar', length: 10 })
  outcome: AuditOutcome;

  /** Code of the error of an act that was refused or failed. */
  @Column({ type: 'varchar', length: 40, nullable: true })
  code: ErrorCode | null;

  /** Joins the entry to the log lines of its request. */
  @Column({ name: 'request_id', type: 'varchar', length: 64, nullable: true })
  requestId: string | null;

  @Column({ type: 'jsonb', nullable: true })
  details: AuditDetails | null;
}
