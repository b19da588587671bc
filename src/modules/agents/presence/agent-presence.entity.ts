import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/** The words of the CRM. */
export const AGENT_STATUSES = ['online', 'on_call', 'break', 'offline'] as const;
export type AgentStatus = (typeof AGENT_STATUSES)[number];

const WORDS = `'online', 'on_call', 'break', 'offline'`;

/** The presence of a user: what he has set, when he gave the last sign, and what was shown last. */
@Entity('telephony_agent_presence')
@Check('ck_telephony_agent_presence_manual_status', `manual_status IN (${WORDS})`)
@Check('ck_telephony_agent_presence_shown_status', `shown_status IN (${WORDS})`)
export class AgentPresence {
  /** The CRM's user id. */
  @PrimaryColumn({
    name: 'user_id',
    type: 'integer',
    primaryKeyConstraintName: 'pk_telephony_agent_presence',
  })
  userId: number;

  /** As the user has set it. Calls never change it. */
  @Column({ name: 'manual_status', type: 'varchar', length: 20, default: 'online' })
  manualStatus: AgentStatus;

  /** As he has said it with that status. */
  @Column({ type: 'varchar', length: 100, nullable: true })
  reason: string | null;

  @Column({ name: 'set_at', type: 'timestamptz', default: () => 'now()' })
  setAt: Date;

  /** The status that was announced last. */
  @Column({ name: 'shown_status', type: 'varchar', length: 20, default: 'offline' })
  shownStatus: AgentStatus;

  /** Since when that one is shown. */
  @Column({ type: 'timestamptz', default: () => 'now()' })
  since: Date;

  /** The last request for his status, or the last look at his open sockets. */
  @Column({ name: 'last_seen_at', type: 'timestamptz', default: () => 'now()' })
  lastSeenAt: Date;
}
