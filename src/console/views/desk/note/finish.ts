import { api } from '../../../api/api.js';
import type { PopTask } from '../customer/pop.js';
import { finish } from '../state.js';
import { due } from '../work/due.js';
import { type Draft, draftOf } from './drafts.js';

/** After these the task is not done: somebody has to call again. */
const AGAIN = new Set(['no_answer', 'busy', 'unreachable', 'callback']);

export function isDoneBy(draft: Draft): boolean {
  return draft.isDone ?? (draft.outcome !== null && !AGAIN.has(draft.outcome));
}

/**
 * The task that the note is written to: the one that was chosen, else that of the call, else the only open one of the
 * customer.
 */
export function taskOf(draft: Draft, callTaskId: number | null, tasks: readonly PopTask[]): number | null {
  if (draft.taskId !== undefined) return draft.taskId;
  if (callTaskId !== null) return callTaskId;
  return tasks.length === 1 ? (tasks[0]?.id ?? null) : null;
}

/** Saves the note with the call, writes it to the task, and goes on. Throws `ApiError`: then nothing is put away. */
export async function saveAndNext(callId: number, taskId: number | null): Promise<void> {
  const store = draftOf(callId);
  await store.save();
  const draft = store.state.peek();
  const note = draft.note.trim();
  if (taskId !== null && (note !== '' || draft.outcome !== null)) {
    await api.patch(`crm/call-tasks/${taskId}`, {
      ...(note !== '' && { note }),
      ...(draft.outcome !== null && { callOutcome: draft.outcome }),
      ...(isDoneBy(draft) && { status: 'completed' }),
    });
  }
  store.forget();
  finish(callId);
  void due.load();
}
