import type { TaskPriority } from '../../../../crm/call-tasks/call-tasks.service.js';

/** The effects that a call has had. Each mark is stored in the transaction that applies the effect. */
export interface CallEffects {
  /** A missed-call task was created for this call, or the miss was added to the pending one. */
  readonly missedTask?: EffectMark;
  /** The miss was withdrawn from its task: the call was answered. Removed if it was missed after all. */
  readonly missedTaskSkipped?: EffectMark;
  /** The start of the call moved the linked task from pending to in progress. */
  readonly taskStarted?: EffectMark;
  /** The linked task was moved back: the call could not be placed. Removed if it was placed after all. */
  readonly taskReturned?: EffectMark;
  /** The summary of the call was added to the notes of the linked task. */
  readonly taskSummary?: EffectMark;
  /** The customer was reached: the open missed-call tasks were completed. */
  readonly customerReached?: EffectMark;
  /** The talk turned out to be none: the tasks that it had completed are open again. Removed if it was one after all. */
  readonly reachWithdrawn?: EffectMark;
}

export type EffectName = keyof CallEffects;

export interface EffectMark {
  /** ISO 8601, UTC. */
  readonly at: string;
  /** `crm_call_tasks.id`; null: there was no task to change. */
  readonly taskId: number | null;
  /** Caused by an inferred end: the note on the task is corrected once the PBX has reported the end. */
  readonly inferred?: true;
  /** Of `customerReached`: all tasks that the talk completed, if more than one. */
  readonly taskIds?: readonly number[];
  /** Of `taskSummary` and `customerReached`: what the line on the task tells of the call. Absent on older marks. */
  readonly outcome?: string;
  /** Of `missedTask`: the end of the call that the line on the task names, ISO 8601. Absent on older marks. */
  readonly endedAt?: string;
  /**
   * Of `missedTask`: the CRM created the task, which had this priority before its first missed call. Such a task is never
   * skipped by telephony. Absent: telephony created it.
   */
  readonly crmPriority?: TaskPriority;
}

/** An effect and the opposite effect that it cancels. They may alternate as more becomes known of the call. */
const CANCELS: Partial<Record<EffectName, EffectName>> = {
  missedTask: 'missedTaskSkipped',
  taskStarted: 'taskReturned',
  customerReached: 'reachWithdrawn',
};

/** Adds an effect, and removes the one that it cancels. */
export function withEffect(effects: CallEffects, effect: EffectName, mark: EffectMark): CallEffects {
  const canceled = CANCELS[effect];
  return Object.fromEntries([
    ...Object.entries(effects).filter(([name]) => name !== canceled),
    [effect, mark],
  ]);
}

export function withoutEffect(effects: CallEffects, effect: EffectName): CallEffects {
  return Object.fromEntries(Object.entries(effects).filter(([name]) => name !== effect));
}

/** Whether the miss is on a task and was not withdrawn. */
export function hasMissedTask({ missedTask, missedTaskSkipped }: CallEffects): boolean {
  return missedTask !== undefined && missedTaskSkipped === undefined;
}

/** The tasks that the talk of this call has completed, as far as it still counts as one. */
export function tasksReached({ customerReached, reachWithdrawn }: CallEffects): readonly number[] {
  if (customerReached === undefined || reachWithdrawn !== undefined) return [];
  const { taskId, taskIds } = customerReached;
  return taskIds ?? (taskId === null ? [] : [taskId]);
}

/** The effects of two rows of one call. `own` wins, but a miss that was not withdrawn wins over a withdrawn one. */
export function mergeEffects(own: CallEffects, other: CallEffects): CallEffects {
  const { missedTask: _missed, missedTaskSkipped: _skipped, ...others } = { ...other, ...own };
  const rows = [own, other];
  const { missedTask, missedTaskSkipped } =
    rows.find(hasMissedTask) ?? rows.find((effects) => effects.missedTask !== undefined) ?? {};
  return { ...others, ...(missedTask && { missedTask }), ...(missedTaskSkipped && { missedTaskSkipped }) };
}
