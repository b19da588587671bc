import type { CallTask } from '../../src/modules/crm/call-tasks/call-task.entity.js';
import { MISSED_CALL, TaskUnitOfWork } from '../../src/modules/crm/call-tasks/task-unit-of-work.js';

/** Wall-clock times: of the unit of work, and of the tasks that are stored. */
export const TASKS_NOW = '2026-01-03 16:32:25';
export const TASKS_BEFORE = '2026-01-02 09:00:00';

/** A pending task of yesterday for one missed call, with other columns where given. */
export function storedTask(id: number, columns: Partial<CallTask> = {}): CallTask {
  return {
    id,
    customerId: '01712345678',
    assignedAgentId: null,
    taskDate: '2026-01-02',
    priority: 'warm',
    callReason: MISSED_CALL,
    recommendedProductId: null,
    status: 'pending',
    callOutcome: null,
    notes: 'Missed call (call 1).',
    scheduledTime: null,
    completedAt: null,
    createdAt: TASKS_BEFORE,
    updatedAt: TASKS_BEFORE,
    ...columns,
  };
}

/** @param ids reserved for new tasks */
export function taskUnitOfWork(tasks: CallTask[], ids = [100, 101]): TaskUnitOfWork {
  return new TaskUnitOfWork({ now: TASKS_NOW, ids }, tasks);
}
