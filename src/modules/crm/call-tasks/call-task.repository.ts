import { Injectable } from '@nestjs/common';
import { In, type EntityManager, type SelectQueryBuilder } from 'typeorm';
import { CallTask, type CallOutcome, type TaskPriority, type TaskStatus } from './call-task.entity.js';

/** `call_reason` of the tasks that telephony makes. */
export const MISSED_CALL = 'missed_call';

/** Columns of a task that change after it was made. `line` is added to the notes on a line of its own. */
export interface TaskChange {
  readonly status?: TaskStatus;
  readonly callOutcome?: CallOutcome | null;
  readonly priority?: TaskPriority;
  readonly notes?: string;
  readonly line?: string;
  /** Wall-clock text. */
  readonly completedAt?: string | null;
  readonly updatedAt: string;
}

/** Rows of `crm_call_tasks`; every method takes the manager of the transaction it works in. */
@Injectable()
export class CallTaskRepository {
  findById(manager: EntityManager, id: number): Promise<CallTask | null> {
    return manager.findOne(CallTask, { where: { id } });
  }

  lockById(manager: EntityManager, id: number): Promise<CallTask | null> {
    return manager.findOne(CallTask, { where: { id }, lock: { mode: 'pessimistic_write' } });
  }

  /** Open missed-call tasks of a customer under any of the written forms of the number, newest first. */
  lockOpenMissedCalls(
    manager: EntityManager,
    customerIds: readonly string[],
    statuses: readonly TaskStatus[],
  ): Promise<CallTask[]> {
    return manager.find(CallTask, {
      where: { customerId: In([...customerIds]), callReason: MISSED_CALL, status: In([...statuses]) },
      order: { id: 'DESC' },
      lock: { mode: 'pessimistic_write' },
    });
  }

  /** @returns null when another transaction has just made the pending task of this customer */
  async insertUnlessPending(manager: EntityManager, task: Partial<CallTask>): Promise<number | null> {
    const result = await manager
      .createQueryBuilder()
      .insert()
      .into(CallTask)
      .values(task)
      .orIgnore()
      .returning('id')
      .execute();
    const [row] = result.raw as { id: number }[];
    return row?.id ?? null;
  }

  async change(manager: EntityManager, id: number, { line, ...columns }: TaskChange): Promise<void> {
    const update = manager.createQueryBuilder().update(CallTask).where('id = :id', { id });
    if (line === undefined) {
      await update.set(columns).execute();
      return;
    }
    // The notes are the CRM's too: added to in the database, never read, changed and written back.
    await update
      .set({
        ...columns,
        notes: () => `CASE WHEN coalesce(notes, '') = '' THEN :line ELSE notes || E'\\n' || :line END`,
      })
      .setParameter('line', line)
      .execute();
  }

  query(manager: EntityManager): SelectQueryBuilder<CallTask> {
    return manager.createQueryBuilder(CallTask, 'task');
  }
}
