import type { TaskStatus } from './call-task.entity.js';

/** The allowed changes of status. Completed, skipped and failed are final: a new missed call creates a new task. */
export const TASK_TRANSITIONS: Readonly<Record<TaskStatus, readonly TaskStatus[]>> = {
  pending: ['in_progress', 'completed', 'skipped', 'failed'],
  in_progress: ['pending', 'completed', 'skipped', 'failed'],
  completed: [],
  skipped: [],
  failed: [],
};

/** An unchanged status is always allowed. A null status, which the CRM may store, counts as pending. */
export function canTransition(from: TaskStatus | null, to: TaskStatus): boolean {
  return from === to || TASK_TRANSITIONS[from ?? 'pending'].includes(to);
}
