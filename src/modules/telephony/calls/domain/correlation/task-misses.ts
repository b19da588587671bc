import type { Call } from '../../call.entity.js';
import { isMissedCustomer } from '../call-effects.js';
import type { CallUnitOfWork } from '../call-unit-of-work.js';
import type { EffectMark } from '../effect-marks.js';

/** The missed calls of this customer that are on the task. */
function missesOfTask(unitOfWork: CallUnitOfWork, e164: string | null, taskId: number): Call[] {
  return [...(e164 === null ? [] : unitOfWork.callsOfCaller(e164))].filter(
    (call) => isMissedCustomer(call) && call.effects.missedTask?.taskId === taskId,
  );
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

/** The mark of the task on this call, or on another of the customer's missed calls; null: it has no missed call yet. */
export function missedTaskMark(unitOfWork: CallUnitOfWork, call: Call, taskId: number): EffectMark | null {
  const calls = [call, ...missesOfTask(unitOfWork, call.customerNumberE164, taskId)];
  const marks = calls.map(({ effects }) => effects.missedTask);
  return marks.find((mark) => mark?.taskId === taskId) ?? null;
}
