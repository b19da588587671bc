import type { Call } from '../../call.entity.js';
import { isOver } from '../call-vocabulary.js';
import type { CallWithFacts } from '../call-with-facts.js';
import { endOf } from '../facts/call-end.js';
import { talkOf } from '../facts/talk.js';
import { type EffectMark, type EffectName, hasMissedTask } from './effect-marks.js';

/** A shorter talk does not count as having reached the customer. */
export const REACHED_MIN_TALK_SECONDS = 10;

/** End reason of a call that never reached the PBX. */
export const PROVIDER_ERROR = 'provider_error';

export const EFFECT_ORDER = [
  'reachWithdrawn',
  'missedTask',
  'missedTaskSkipped',
  'taskStarted',
  'taskReturned',
  'taskSummary',
  'customerReached',
] as const satisfies EffectName[];

/** The effects that this call should have had by now and has not, in the order to apply them. */
export function dueEffects(call: CallWithFacts): EffectName[] {
  const { effects } = call;
  const missed = isMissedCustomer(call);
  const hasTask = hasMissedTask(effects);
  const notPlaced = call.endReason === PROVIDER_ERROR;
  const returned = effects.taskReturned !== undefined;
  const due: EffectName[] = [];
  if (missed && (!hasTask || isOutdated(call, effects.missedTask) || namesOtherEnd(call))) {
    due.push('missedTask');
  }
  if (!missed && hasTask) due.push('missedTaskSkipped');
  if (returned && !notPlaced) due.push('taskStarted');
  if (effects.taskStarted !== undefined && notPlaced && !returned) due.push('taskReturned');
  // The note that the call could not be placed is written by taskReturned and replaces the summary.
  const hasNotPlacedNote = effects.taskStarted !== undefined && notPlaced;
  const needsSummary =
    effects.taskSummary === undefined || isOutdated(call, effects.taskSummary) || tellsOtherOutcome(call);
  if (call.taskId !== null && isOver(call.status) && !hasNotPlacedNote && needsSummary)
    due.push('taskSummary');
  const isReached = isCustomerReached(call);
  const countsAsReached = effects.customerReached !== undefined && effects.reachWithdrawn === undefined;
  if (isReached && (!countsAsReached || tellsOtherTalk(call))) due.push('customerReached');
  if (!isReached && countsAsReached) due.push('reachWithdrawn');
  return due;
}

/** Whether the effect was caused by an inferred end, and the PBX has reported the end since. */
function isOutdated(call: CallWithFacts, mark: EffectMark | undefined): boolean {
  return mark?.inferred === true && !isEndInferred(call);
}

/** Whether the line on the task names another end than the one that is known now. */
function namesOtherEnd({ effects, endedAt }: CallWithFacts): boolean {
  const named = effects.missedTask?.endedAt;
  return named !== undefined && named !== endedAt?.toISOString();
}

/** What the summary of a call tells of its outcome. A late word may change it. */
export function outcomeOf({ status, disposition, durationSeconds }: Call): string {
  return `${status}/${disposition}/${durationSeconds}`;
}

function tellsOtherOutcome(call: Call): boolean {
  const told = call.effects.taskSummary?.outcome;
  return told !== undefined && told !== outcomeOf(call);
}

/** What the line about a talk on its tasks tells of it. */
export function talkToldOf({ endedAt, durationSeconds }: Call): string {
  return `${endedAt?.toISOString() ?? null}/${durationSeconds}`;
}

function tellsOtherTalk(call: Call): boolean {
  const told = call.effects.customerReached?.outcome;
  return told !== undefined && told !== talkToldOf(call);
}

/** Whether the end of the call was inferred by this service, not reported by the PBX. */
export function isEndInferred({ facts }: CallWithFacts): boolean {
  return endOf(facts)?.kind === 'inferred';
}

/**
 * Whether this customer has to be called back: an inbound call that was not answered, here or elsewhere, or a call that
 * was handed on to an extension where nobody took it. Its number must be one that can be called back.
 */
export function isMissedCustomer(call: CallWithFacts): boolean {
  if (call.customerNumberE164 === null) return false;
  if (call.status === 'completed') return talkOf(call.facts).leftWaiting !== null;
  return (
    call.direction === 'inbound' && call.status === 'failed' && call.disposition !== 'answered_elsewhere'
  );
}

/** When the talk started. Without a reported answer it is the end minus the duration, or else the start of the call. */
export function talkStartedAt(call: Call): Date | null {
  if (call.answeredAt !== null) return call.answeredAt;
  return call.endedAt !== null && call.durationSeconds !== null
    ? new Date(call.endedAt.getTime() - call.durationSeconds * 1000)
    : call.startedAt;
}

export function isCustomerReached(call: Call): boolean {
  return (
    call.status === 'completed' &&
    call.customerNumberE164 !== null &&
    (call.durationSeconds ?? 0) >= REACHED_MIN_TALK_SECONDS
  );
}
