import { In, Repository, type SelectQueryBuilder } from 'typeorm';
import { e164Of, writtenForms } from '../../../common/phone-number.js';
import { PreparedStatement } from '../../../database/batch/prepared-statement.js';
import { RowSet } from '../../../database/batch/row-set.js';
import { SequenceAllocator } from '../../../database/batch/sequence-allocator.js';
import { pipelined } from '../../../database/transaction.js';
import { phoneKeyOf } from '../phone-keys.js';
import type { CallTaskFilterQuery } from './call-task.dto.js';
import { CallTask, type TaskPriority, type TaskStatus } from './call-task.entity.js';
import { isTaskOf, REMOVED_CUSTOMER } from './task-customer.js';
import { MISSED_CALL, type TaskUnitOfWork } from './task-unit-of-work.js';

/** Columns of a task to update. `line` is appended to the notes as a line of its own. */
export interface TaskChange {
  readonly status?: TaskStatus;
  readonly assignedAgentId?: number;
  readonly callOutcome?: string | null;
  readonly priority?: TaskPriority;
  readonly notes?: string;
  readonly line?: string;
  /** `YYYY-MM-DD` */
  readonly taskDate?: string;
  /** Wall-clock text. */
  readonly completedAt?: string | null;
  readonly updatedAt: string;
}

/** Due tasks that are listed: more are nobody's work of one day. */
export const MOST_DUE = 100;

/** Times are wall-clock text in the business time zone. */
const READ = `t.id, t.customer_id AS "customerId", t.assigned_agent_id AS "assignedAgentId",
  t.task_date::text AS "taskDate", t.priority, t.call_reason AS "callReason",
  t.recommended_product_id AS "recommendedProductId", t.status, t.call_outcome AS "callOutcome", t.notes,
  t.scheduled_time::text AS "scheduledTime", t.completed_at::text AS "completedAt",
  t.created_at::text AS "createdAt", t.updated_at::text AS "updatedAt"`;

/** The same predicate as the partial index, so that PostgreSQL uses it. */
const OPEN_MISSED_CALL = `o.call_reason = '${MISSED_CALL}' AND o.status IN ('pending', 'in_progress')`;

/**
 * NOWAIT: if another client, such as the CRM, has locked one of the tasks, the whole batch would wait for it. The
 * transaction fails and is retried instead. OFFSET 0 forces one index lookup per customer, instead of a scan of all open
 * tasks.
 */
const LOAD = new PreparedStatement<CallTask>(
  'load-call-tasks',
  `
    WITH given AS MATERIALIZED (
      SELECT id, customer_id FROM crm_call_tasks WHERE id = ANY ($3)
    ), phone AS (
      SELECT unnest($1::text[]) AS key UNION SELECT unnest(telephony_phone_keys(customer_id, NULL)) FROM given
    ), customer AS (
      SELECT unnest($2::text[]) AS id UNION SELECT customer_id FROM given WHERE customer_id <> '${REMOVED_CUSTOMER}'
    ), chosen AS (
      SELECT id FROM given
      UNION
      SELECT o.id FROM phone CROSS JOIN LATERAL (
        SELECT id FROM crm_call_tasks o
         WHERE telephony_phone_keys(o.customer_id, NULL) @> ARRAY[phone.key] AND ${OPEN_MISSED_CALL} OFFSET 0) AS o
      UNION
      SELECT o.id FROM customer CROSS JOIN LATERAL (
        SELECT id FROM crm_call_tasks o WHERE o.customer_id = customer.id AND ${OPEN_MISSED_CALL} OFFSET 0) AS o
    )
    SELECT ${READ} FROM crm_call_tasks t WHERE t.id = ANY (ARRAY(SELECT id FROM chosen)) ORDER BY t.id FOR UPDATE NOWAIT`,
);

const CHANGED = new RowSet<CallTask>('w', {
  id: ['integer', (task) => task.id],
  priority: ['text', (task) => task.priority],
  status: ['text', (task) => task.status],
  call_outcome: ['text', (task) => task.callOutcome],
  notes: ['text', (task) => task.notes],
  completed_at: ['text', (task) => task.completedAt],
  updated_at: ['text', (task) => task.updatedAt],
});

/** Writes only the columns that telephony owns. The extra condition on $1, the ids, keeps the update on the primary key. */
const UPDATE = new PreparedStatement(
  'update-call-tasks',
  `
    UPDATE crm_call_tasks t
       SET priority = w.priority, status = w.status, call_outcome = w.call_outcome, notes = w.notes,
           completed_at = w.completed_at::timestamp, updated_at = w.updated_at::timestamp
      FROM ${CHANGED.source} WHERE t.id = w.id AND t.id = ANY ($1)`,
);

const CREATED = new RowSet<CallTask>('w', {
  id: ['integer', (task) => task.id],
  customer_id: ['text', (task) => task.customerId],
  assigned_agent_id: ['integer', (task) => task.assignedAgentId],
  task_date: ['text', (task) => task.taskDate],
  priority: ['text', (task) => task.priority],
  call_reason: ['text', (task) => task.callReason],
  status: ['text', (task) => task.status],
  call_outcome: ['text', (task) => task.callOutcome],
  notes: ['text', (task) => task.notes],
  completed_at: ['text', (task) => task.completedAt],
  created_at: ['text', (task) => task.createdAt],
  updated_at: ['text', (task) => task.updatedAt],
});

/** No upsert: an id that already exists belongs to a task of the CRM, and the insert must fail. */
const INSERT = new PreparedStatement(
  'insert-call-tasks',
  `
    INSERT INTO crm_call_tasks (id, customer_id, assigned_agent_id, task_date, priority, call_reason, status, call_outcome,
                                notes, completed_at, created_at, updated_at)
    SELECT id, customer_id, assigned_agent_id, task_date::date, priority, call_reason, status, call_outcome,
           notes, completed_at::timestamp, created_at::timestamp, updated_at::timestamp
      FROM ${CREATED.source}`,
);

/** Rows of `crm_call_tasks`. */
export class CallTaskRepository extends Repository<CallTask> {
  private readonly ids = new SequenceAllocator('crm_call_tasks');

  lockById(id: number): Promise<CallTask | null> {
    return this.findOne({ where: { id }, lock: { mode: 'pessimistic_write' } });
  }

  /**
   * Loads and locks the open missed-call tasks of the customers with these numbers, in any writing, the tasks with these
   * ids, and the open missed-call tasks of their customers. Tasks of other numbers with the same key are among them.
   * @param numbers E.164
   */
  loadForUpdate(numbers: readonly string[], taskIds: readonly number[]): Promise<CallTask[]> {
    const keys = numbers.map(phoneKeyOf).filter((key) => key !== null);
    const shortNumbers = numbers.filter((number) => phoneKeyOf(number) === null);
    return LOAD.run(this.manager, [keys, shortNumbers.flatMap(writtenForms), taskIds]);
  }

  /** The values of `customer_id` that hold this number, in any writing. At least one. @param e164 E.164 */
  async customerIdsOf(e164: string): Promise<string[]> {
    const forms = writtenForms(e164);
    const key = phoneKeyOf(e164);
    if (key === null) return forms;
    const found = await this.createQueryBuilder('task')
      .select('task.customerId', 'customerId')
      .distinct()
      .where('telephony_phone_keys(task.customerId, NULL) @> ARRAY[CAST(:key AS text)]', { key })
      .getRawMany<Pick<CallTask, 'customerId'>>();
    return [...forms, ...found.filter((task) => isTaskOf(task, e164)).map(({ customerId }) => customerId)];
  }

  /** Tasks under the alias `task`, in no order. */
  async matching({
    status,
    reason,
    customerPhone,
  }: CallTaskFilterQuery): Promise<SelectQueryBuilder<CallTask>> {
    const tasks = this.createQueryBuilder('task');
    if (status !== undefined) tasks.andWhere('task.status IN (:...status)', { status });
    if (reason !== undefined) tasks.andWhere('task.call_reason = :reason', { reason });
    if (customerPhone !== undefined) {
      const e164 = e164Of(customerPhone);
      const customerIds = e164 === null ? [customerPhone] : await this.customerIdsOf(e164);
      tasks.andWhere('task.customer_id IN (:...customerIds)', { customerIds });
    }
    return tasks;
  }

  /** @param now wall-clock text @returns the ids of the tasks */
  async eraseCustomer(e164: string, now: string, dryRun: boolean): Promise<number[]> {
    const where = { customerId: In(await this.customerIdsOf(e164)), callReason: MISSED_CALL };
    const locked = dryRun ? {} : { lock: { mode: 'pessimistic_write' as const } };
    const found = await this.find({ where, select: { id: true }, order: { id: 'ASC' }, ...locked });
    const ids = found.map(({ id }) => id);
    if (dryRun || ids.length === 0) return ids;
    await this.update(
      { id: In(ids) },
      {
        customerId: REMOVED_CUSTOMER,
        notes: 'The customer was erased on request.',
        status: () => `CASE WHEN status IN ('completed', 'failed') THEN status ELSE 'skipped' END`,
        updatedAt: now,
      },
    );
    return ids;
  }

  /** Ids of pending missed-call tasks that are dated before a day, in order. @param day `YYYY-MM-DD` */
  async findOverdue(day: string, afterId: number, limit: number): Promise<number[]> {
    const overdue = await this.overdue(day)
      .select('task.id')
      .andWhere('task.id > :afterId', { afterId })
      .orderBy('task.id')
      .limit(limit)
      .getMany();
    return overdue.map(({ id }) => id);
  }

  /**
   * Locks those of these tasks that are pending missed-call tasks dated before a day. Tasks that another transaction has
   * locked are left out.
   * @param day `YYYY-MM-DD`
   */
  lockOverdue(day: string, ids: readonly number[]): Promise<CallTask[]> {
    return this.overdue(day)
      .andWhere('task.id = ANY (:ids)', { ids })
      .orderBy('task.id')
      .setLock('pessimistic_write')
      .setOnLocked('skip_locked')
      .getMany();
  }

  private overdue(day: string): SelectQueryBuilder<CallTask> {
    return (
      this.createQueryBuilder('task')
        // The predicate of the partial index.
        .where(`task.callReason = '${MISSED_CALL}' AND task.status = 'pending'`)
        .andWhere('task.taskDate < :day', { day })
    );
  }

  /** Open tasks of these agents up to a day, `YYYY-MM-DD`, by user id; of who has none, nothing. */
  async countOpenOf(userIds: readonly number[], day: string): Promise<ReadonlyMap<number, number>> {
    const rows = await this.createQueryBuilder('task')
      .select('task.assignedAgentId', 'userId')
      .addSelect('count(*)::integer', 'count')
      .where('task.assignedAgentId = ANY (:userIds)', { userIds })
      // The predicate of the partial index.
      .andWhere(`task.status IN ('pending', 'in_progress') AND task.taskDate <= :day`, { day })
      .groupBy('task.assignedAgentId')
      .getRawMany<{ userId: number; count: number }>();
    return new Map(rows.map(({ userId, count }) => [userId, count]));
  }

  /**
   * Open tasks of an agent, and missed-call tasks of nobody, up to a day: hot ones first, then the oldest.
   * @param day `YYYY-MM-DD`
   */
  findDue(userId: number, day: string): Promise<CallTask[]> {
    return (
      this.createQueryBuilder('task')
        // The predicate of the partial index, which has an entry for those of nobody, too.
        .where(`task.status IN ('pending', 'in_progress') AND task.taskDate <= :day`, { day })
        .andWhere(
          `(task.assignedAgentId = :userId OR (task.assignedAgentId IS NULL AND task.callReason = '${MISSED_CALL}'))`,
          { userId },
        )
        .orderBy(`CASE task.priority WHEN 'hot' THEN 0 WHEN 'warm' THEN 1 ELSE 2 END`)
        .addOrderBy('task.taskDate')
        .addOrderBy('task.id')
        .limit(MOST_DUE)
        .getMany()
    );
  }

  takeIds(count: number): Promise<number[]> {
    return this.ids.take(this.manager, count);
  }

  async flush(unitOfWork: TaskUnitOfWork): Promise<void> {
    const changed = unitOfWork.changedTasks();
    const created = unitOfWork.newTasks();
    // A unique index allows one pending missed-call task per customer: a task that leaves `pending` is updated before
    // another of its customer enters it.
    const leaving = new Set(
      changed.filter(({ status }) => status !== 'pending').map(({ customerId }) => customerId),
    );
    const isSecond = ({ status, customerId }: CallTask): boolean =>
      status === 'pending' && leaving.has(customerId);
    const updates = [changed.filter((task) => !isSecond(task)), changed.filter(isSecond)].filter(
      (tasks) => tasks.length > 0,
    );
    const updatedRows = updates.map((tasks) => CHANGED.valuesOf(tasks));
    const createdRows = CREATED.valuesOf(created);
    await pipelined([
      ...updatedRows.map((rows) => UPDATE.run(this.manager, rows)),
      created.length === 0 ? [] : INSERT.run(this.manager, createdRows),
    ]);
  }

  async change(id: number, { line, ...columns }: TaskChange): Promise<void> {
    const update = this.createQueryBuilder().update().where('id = :id', { id });
    if (line === undefined) {
      await update.set(columns).execute();
      return;
    }
    // The CRM writes the notes too: append in SQL instead of writing back a value that was read before.
    await update
      .set({
        ...columns,
        notes: () => `CASE WHEN coalesce(notes, '') = '' THEN :line ELSE notes || E'\\n' || :line END`,
      })
      .setParameter('line', line)
      .execute();
  }
}
