import type { TaskStatus } from './call-task.entity.js';

/** Where a task may go from where it is. What is completed, skipped or failed is over: a new miss makes a new task. */
export const TASK_MOVES: Readonly<Record<TaskStatus, readonly TaskStatus[]>> = {
  pending: ['in_progress', 'completed', 'skipped', 'failed'],
  in_progress: ['pending', 'completed', 'skipped', 'failed'],
  completed: [],
  skipped: [],
  failed: [],
};

/** Staying where it is is no move, and always allowed. The CRM leaves the status of some tasks open: they are pending. */
export function mayMove(from: TaskStatus | null, to: TaskStatus): boolean {
  return from === to || TASK_MOVES[from ?? 'pending'].includes(to);
}
