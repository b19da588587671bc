import type { TaskStatus } from './call-task.entity.js';

/** Where a task may go from where it is. What is completed, skipped or failed is over: a new miss makes a new task. */
export const TASK_TRANSITIONS: Readonly<Record<TaskStatus, readonly TaskStatus[]>> = {
  pending: ['in_progress', 'completed', 'skipped', 'failed'],
  in_progress: ['pending', 'completed', 'skipped', 'failed'],
  completed: [],
  skipped: [],
  failed: [],
};

/** Staying where it is is no move, and always allowed. The CRM leaves the status of some tasks open: they are pending. */
export function canTransition(from: TaskStatus | null, to: TaskStatus): boolean {
  return from === to || TASK_TRANSITIONS[from ?? 'pending'].includes(to);
}
