import type { Call } from '../../call.entity.js';
import type { CallUnitOfWork } from '../call-unit-of-work.js';
import type { CallWithFacts } from '../call-with-facts.js';
import type { EffectMark } from './effect-marks.js';
import { isCustomerReached, isMissedCustomer, talkStartedAt } from './call-effects.js';

/** @throws Error when the call has no valid customer number, and so no effect on tasks */
export function numberOf(call: Call): string {
  if (call.customerNumberE164 === null) throw new Error(`Call ${call.id} has no customer number`);
  return call.customerNumberE164;
}

export function missedAt(call: Call, unitOfWork: CallUnitOfWork): Date {
  return call.endedAt ?? unitOfWork.now;
}

/** The number of missed calls on the task besides this call. */
export function countOtherMisses(unitOfWork: CallUnitOfWork, call: Call, taskId: number): number {
  return missesOfTask(unitOfWork, call.customerNumberE164, taskId).filter(({ id }) => id !== call.id).length;
}

/** When the last missed call on the task ended; null: there is none. */
export function lastMissOfTask(unitOfWork: CallUnitOfWork, e164: string, taskId: number): Date | null {
  return missesOfTask(unitOfWork, e164, taskId).reduce<Date | null>(
    (last, { endedAt }) => (endedAt !== null && (last === null || endedAt > last) ? endedAt : last),
    null,
  );
}

/** The task that was completed by the first talk after this miss: the miss is one more that the talk answered. */
export function taskAnsweredAfter(unitOfWork: CallUnitOfWork, call: Call): number | null {
  const talk = firstTalkAfter(unitOfWork, numberOf(call), missedAt(call, unitOfWork));
  return talk?.effects.customerReached?.taskId ?? null;
}

/** The first talk with this customer that started after a time and was long enough to count. */
export function firstTalkAfter(unitOfWork: CallUnitOfWork, e164: string, time: Date): CallWithFacts | null {
  let first: CallWithFacts | null = null;
  for (const call of unitOfWork.callsOfCaller(e164)) {
    const isAfter =
      isCustomerReached(call) &&
      call.endedAt !== null &&
      call.endedAt > time &&
      (talkStartedAt(call) ?? time) > time;
    if (isAfter && (first === null || Number(call.startedAt) < Number(first.startedAt))) first = call;
  }
  return first;
}

/** The mark of the task on this call, or on another of the customer's missed calls; null: it has no missed call yet. */
export function missedTaskMark(unitOfWork: CallUnitOfWork, call: Call, taskId: number): EffectMark | null {
  const calls = [call, ...missesOfTask(unitOfWork, call.customerNumberE164, taskId)];
  const marks = calls.map(({ effects }) => effects.missedTask);
  return marks.find((mark) => mark?.taskId === taskId) ?? null;
}

/** The missed calls of this customer that are on the task. */
function missesOfTask(unitOfWork: CallUnitOfWork, e164: string | null, taskId: number): Call[] {
  return [...(e164 === null ? [] : unitOfWork.callsOfCaller(e164))].filter(
    (call) => isMissedCustomer(call) && call.effects.missedTask?.taskId === taskId,
  );
}
