import type { Call } from '../call.entity.js';
import { isOver } from './call-vocabulary.js';

/** What a call has caused so far; each entry is written once, in the transaction that causes it. */
export interface CallEffects {
  /** A missed-call task was made for this call, or noted on the one that was pending. */
  readonly missedTask?: EffectMark;
  /** ... and withdrawn, because the call was answered after all. Gone if it then turns out that it was not. */
  readonly missedTaskSkipped?: EffectMark;
  /** The linked task went from pending to in progress when the call was started. */
  readonly taskStarted?: EffectMark;
  /** ... and back, because the PBX refused the call. Gone if the call then turns out to have been placed. */
  readonly taskReturned?: EffectMark;
  /** The call's summary was added to the notes of the linked task. */
  readonly taskSummary?: EffectMark;
  /** The customer was reached: missed-call tasks that waited for it were completed. */
  readonly customerReached?: EffectMark;
}

export type EffectName = keyof CallEffects;

export interface EffectMark {
  /** ISO 8601, UTC. */
  readonly at: string;
  /** `crm_call_tasks.id`; null when there was no task to act on. */
  readonly taskId: number | null;
  /** Caused by an end that was concluded: once the PBX has reported one, what was written is set right. */
  readonly inferred?: true;
}

/** Shorter talks do not count as having reached the customer. */
export const REACHED_AFTER_SECONDS = 10;

/** End reason of a call that never reached the PBX. */
export const PROVIDER_ERROR = 'provider_error';

/** What this call should have caused by now and has not, in the order to cause it. */
export function dueEffects(call: Call): EffectName[] {
  const { effects } = call;
  const missed = isMissedCustomer(call);
  const missNoted = hasNotedMiss(effects);
  const notPlaced = call.endReason === PROVIDER_ERROR;
  const returned = effects.taskReturned !== undefined;
  const due: EffectName[] = [];
  if (missed && (!missNoted || isToBeSetRight(call, effects.missedTask))) due.push('missedTask');
  if (!missed && missNoted) due.push('missedTaskSkipped');
  if (returned && !notPlaced) due.push('taskStarted');
  if (effects.taskStarted !== undefined && notPlaced && !returned) due.push('taskReturned');
  // A task that was returned has its line; should the call turn out to have been placed, its end has yet to come.
  const hasItsLine = effects.taskStarted !== undefined && notPlaced;
  const isUnsaid = effects.taskSummary === undefined || isToBeSetRight(call, effects.taskSummary);
  if (call.taskId !== null && isOver(call.status) && !hasItsLine && isUnsaid) due.push('taskSummary');
  if (isCustomerReached(call) && effects.customerReached === undefined) due.push('customerReached');
  return due;
}

/** What an effect takes back: these follow the call as it is known, back and forth. */
const TAKES_BACK: Partial<Record<EffectName, EffectName>> = {
  missedTask: 'missedTaskSkipped',
  taskStarted: 'taskReturned',
};

/** The effects with one more, and without the one that it takes back. */
export function withEffect(effects: CallEffects, effect: EffectName, mark: EffectMark): CallEffects {
  const takenBack = TAKES_BACK[effect];
  return Object.fromEntries([
    ...Object.entries(effects).filter(([name]) => name !== takenBack),
    [effect, mark],
  ]);
}

/** Whether a miss was noted on a task and not withdrawn. */
function hasNotedMiss({ missedTask, missedTaskSkipped }: CallEffects): boolean {
  return missedTask !== undefined && missedTaskSkipped === undefined;
}

/** Whether something was caused by an end that was concluded, and the PBX has reported one since. */
function isToBeSetRight(call: Call, mark: EffectMark | undefined): boolean {
  return mark?.inferred === true && !isConcluded(call);
}

/** Whether nobody reported the end of a call: it was concluded. */
export function isConcluded({ inferred }: Call): boolean {
  return inferred.includes('status');
}

/** The effects of two rows that turn out to be one call: of two misses the one that stands counts. */
export function joinEffects(own: CallEffects, other: CallEffects): CallEffects {
  const { missedTask: _noted, missedTaskSkipped: _withdrawn, ...others } = { ...other, ...own };
  const rows = [own, other];
  const { missedTask, missedTaskSkipped } =
    rows.find(hasNotedMiss) ?? rows.find((effects) => effects.missedTask !== undefined) ?? {};
  return { ...others, ...(missedTask && { missedTask }), ...(missedTaskSkipped && { missedTaskSkipped }) };
}

/** An inbound call that ended without talk here or elsewhere, from a number that can be called back. */
export function isMissedCustomer(call: Call): boolean {
  return (
    call.direction === 'inbound' &&
    call.status === 'failed' &&
    call.disposition !== 'answered_elsewhere' &&
    call.customerNumberE164 !== null
  );
}

/** When the talk of a call began; where the answer was not reported, as far back from the end as it lasted. */
export function talkBeganAt(call: Call): Date | null {
  if (call.answeredAt !== null) return call.answeredAt;
  return call.endedAt !== null && call.durationSeconds !== null
    ? new Date(call.endedAt.getTime() - call.durationSeconds * 1000)
    : call.startedAt;
}

export function isCustomerReached(call: Call): boolean {
  return (
    call.status === 'completed' &&
    call.customerNumberE164 !== null &&
    (call.durationSeconds ?? 0) >= REACHED_AFTER_SECONDS
  );
}
