import { Check, Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

export const TASK_STATUSES = ['pending', 'in_progress', 'completed', 'skipped', 'failed'] as const;
export type TaskStatus = (typeof TASK_STATUSES)[number];

export const TASK_PRIORITIES = ['hot', 'warm', 'cold'] as const;
export type TaskPriority = (typeof TASK_PRIORITIES)[number];

/**
 * A task of the CRM's call desk. The CRM owns the table: its columns are never dropped, renamed or retyped here. The
 * migrations create the indexes: they depend on the existing table, or TypeORM cannot declare them.
 */
@Entity('crm_call_tasks', { synchronize: false })
@Index('uq_crm_call_tasks_pending_missed_call', { synchronize: false })
@Index('ix_crm_call_tasks_customer_id', { synchronize: false })
@Index('ix_crm_call_tasks_phone_keys', { synchronize: false })
@Index('ix_crm_call_tasks_open_missed_call', { synchronize: false })
@Index('ix_crm_call_tasks_open_assigned_agent_id', { synchronize: false })
@Index('ix_crm_call_tasks_pending_missed_call_date', { synchronize: false })
@Check('ck_crm_call_tasks_priority', `priority IN ('hot', 'warm', 'cold')`)
@Check('ck_crm_call_tasks_status', `status IN ('pending', 'in_progress', 'completed', 'skipped', 'failed')`)
export class CallTask {
  @PrimaryGeneratedColumn({ primaryKeyConstraintName: 'pk_crm_call_tasks' })
  id: number;

  /** A phone number in any writing in tasks of telephony, `customers.id` as text in others. */
  @Column({ name: 'customer_id', type: 'varchar', length: 255 })
  customerId: string;

  @Column({ name: 'assigned_agent_id', type: 'integer', nullable: true })
  assignedAgentId: number | null;

  /** Calendar day in the business time zone, `YYYY-MM-DD`. */
  @Column({ name: 'task_date', type: 'date', default: () => 'CURRENT_DATE' })
  taskDate: string;

  /** Always set it: the default of the column, `medium`, violates the CHECK constraint. */
  @Column({ type: 'varchar', length: 20, default: 'medium', nullable: true })
  priority: TaskPriority;

  @Column({ name: 'call_reason', type: 'varchar', length: 255, nullable: true })
  callReason: string | null;

  @Column({ name: 'recommended_product_id', type: 'integer', nullable: true })
  recommendedProductId: number | null;

  @Column({ type: 'varchar', length: 50, default: 'pending', nullable: true })
  status: TaskStatus | null;

  /** A word of the CRM, such as `connected` or `order_placed`. The CRM adds words as it needs them. */
  @Column({ name: 'call_outcome', type: 'varchar', length: 100, nullable: true })
  callOutcome: string | null;

  @Column({ type: 'text', nullable: true })
  notes: string | null;

  @Column({ name: 'scheduled_time', type: 'time', nullable: true })
  scheduledTime: string | null;

  /**
   * Wall-clock text in the business time zone, `YYYY-MM-DD HH:MM:SS`, like the two columns below. The database type is
   * `timestamp`, which TypeORM would read and write as Date in the time zone of this process.
   */
  @Column({ name: 'completed_at', type: 'text', nullable: true })
  completedAt: string | null;

  @Column({ name: 'created_at', type: 'text', default: () => 'CURRENT_TIMESTAMP', nullable: true })
  createdAt: string;

  @Column({ name: 'updated_at', type: 'text', default: () => 'CURRENT_TIMESTAMP', nullable: true })
  updatedAt: string;
}
