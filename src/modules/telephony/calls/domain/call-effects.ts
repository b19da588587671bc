import type { Call } from '../call.entity.js';
import { isOver } from './call-vocabulary.js';
import { type EffectMark, type EffectName, hasNotedMiss } from './effect-marks.js';

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

/** Whether something was caused by an end that was concluded, and the PBX has reported one since. */
function isToBeSetRight(call: Call, mark: EffectMark | undefined): boolean {
  return mark?.inferred === true && !isConcluded(call);
}

/** Whether nobody reported the end of a call: it was concluded. */
export function isConcluded({ inferred }: Call): boolean {
  return inferred.includes('status');
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
