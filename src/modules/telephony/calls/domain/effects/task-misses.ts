import type { Call } from '../../call.entity.js';
import type { CallUnitOfWork } from '../call-unit-of-work.js';
import type { CallWithFacts } from '../call-with-facts.js';
import { type EffectMark, tasksReached } from './effect-marks.js';
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

/** The tasks that the first talk after this miss has completed: the miss is one more that the talk answered. */
export function tasksAnsweredAfter(unitOfWork: CallUnitOfWork, call: Call): readonly number[] {
  const talk = firstTalkAfter(unitOfWork, numberOf(call), missedAt(call, unitOfWork));
  return talk === null ? [] : tasksReached(talk.effects);
}

/** Whether this talk came after the miss. If two clocks put its answer after its end, its end counts too. */
export function isAnsweredBy(unitOfWork: CallUnitOfWork, miss: Call, talk: Call): boolean {
  return isTalkAfter(talk, missedAt(miss, unitOfWork));
}

function isTalkAfter(talk: Call, time: Date): boolean {
  return talk.endedAt !== null && talk.endedAt > time && (talkStartedAt(talk) ?? time) > time;
}

/** The first talk with this customer that started after a time and was long enough to count. */
export function firstTalkAfter(unitOfWork: CallUnitOfWork, e164: string, time: Date): CallWithFacts | null {
  let first: CallWithFacts | null = null;
  for (const call of unitOfWork.callsOfCaller(e164)) {
    const isAfter = isCustomerReached(call) && isTalkAfter(call, time);
    if (isAfter && (first === null || compareTalks(call, first) < 0)) first = call;
  }
  return first;
}

/** The marks of all misses of this customer that were ever on the task, also of those that were withdrawn. */
export function marksOfTask(unitOfWork: CallUnitOfWork, e164: string, taskId: number): EffectMark[] {
  return [...unitOfWork.callsOfCaller(e164)]
    .map(({ effects }) => effects.missedTask)
    .filter((mark) => mark !== undefined)
    .filter((mark) => mark.taskId === taskId);
}

/** Ids of the tasks that the due effects of these calls may change, besides the open ones of their customers. */
export function tasksConcerned(unitOfWork: CallUnitOfWork, due: readonly CallWithFacts[]): Set<number> {
  const taskIds = new Set(unitOfWork.movedMisses.map(({ taskId }) => taskId));
  for (const call of due) {
    const { taskId, effects } = call;
    const answered = isMissedCustomer(call) ? tasksAnsweredAfter(unitOfWork, call) : [];
    const later = isCustomerReached(call) ? tasksOfLaterTalks(unitOfWork, call) : [];
    const marked = [
      effects.missedTask?.taskId,
      effects.missedTaskSkipped?.taskId,
      ...tasksReached(effects),
      ...later,
    ];
    for (const id of [taskId, ...answered, ...marked]) if (typeof id === 'number') taskIds.add(id);
  }
  return taskIds;
}

/** The tasks that talks with this customer have completed which started after this one. */
export function tasksOfLaterTalks(unitOfWork: CallUnitOfWork, talk: CallWithFacts): number[] {
  return [...unitOfWork.callsOfCaller(numberOf(talk))]
    .filter((other) => other !== talk && compareTalks(talk, other) < 0)
    .flatMap(({ effects }) => tasksReached(effects));
}

/**
 * The first talk with this customer that was heard of after this call had completed tasks: it would have completed them
 * as well.
 */
export function firstTalkHeardOfAfter(unitOfWork: CallUnitOfWork, call: CallWithFacts): CallWithFacts | null {
  const since = call.effects.customerReached?.at ?? '';
  const talks = [...unitOfWork.callsOfCaller(numberOf(call))].filter(
    (other) =>
      other !== call && isCustomerReached(other) && (other.effects.customerReached?.at ?? '') >= since,
  );
  return talks.toSorted(compareTalks)[0] ?? null;
}

/** By start, then by end. Of talks at one time the lesser id of the PBX is first, whichever was heard of first. */
function compareTalks(a: Call, b: Call): number {
  const byTime = Number(talkStartedAt(a)) - Number(talkStartedAt(b)) || Number(a.endedAt) - Number(b.endedAt);
  if (byTime !== 0) return byTime;
  const [idOfA, idOfB] = [a.externalCallId ?? '', b.externalCallId ?? ''];
  return idOfA < idOfB ? -1 : Number(idOfA > idOfB);
}

/** Whether the CRM created the task that these misses are on. */
export function isTaskOfCrm(misses: readonly Call[]): boolean {
  return misses.some(({ effects }) => effects.missedTask?.crmPriority !== undefined);
}

/**
 * The most misses that the due effects of these calls may move to other tasks: a talk that came between the misses of a
 * task, or after the CRM had made it, completes it, and the misses after the talk leave it.
 */
export function countMissesToMove(unitOfWork: CallUnitOfWork, due: readonly CallWithFacts[]): number {
  const callers = new Set(due.map(({ customerNumberE164 }) => customerNumberE164));
  let count = 0;
  for (const e164 of callers) {
    const calls = e164 === null ? [] : [...unitOfWork.callsOfCaller(e164)];
    const misses = calls.filter((call) => isMissedCustomer(call) && call.effects.missedTask !== undefined);
    for (const talk of calls.filter(isCustomerReached)) {
      const answered = new Set(misses.filter((miss) => isAnsweredBy(unitOfWork, miss, talk)));
      const completing = misses.filter((miss) => answered.has(miss) || isTaskOfCrm([miss]));
      const completed = new Set(completing.map(({ effects }) => effects.missedTask?.taskId));
      count += misses.filter(
        (miss) => !answered.has(miss) && completed.has(miss.effects.missedTask?.taskId),
      ).length;
    }
  }
  return count;
}

/** Whether a talk with this customer has completed the task. */
export function isCompletedByTalk(unitOfWork: CallUnitOfWork, e164: string, taskId: number): boolean {
  return [...unitOfWork.callsOfCaller(e164)].some(({ effects }) => tasksReached(effects).includes(taskId));
}

/** The missed calls of this customer that are on the task. */
export function missesOfTask(
  unitOfWork: CallUnitOfWork,
  e164: string | null,
  taskId: number,
): CallWithFacts[] {
  return [...(e164 === null ? [] : unitOfWork.callsOfCaller(e164))].filter(
    (call) => isMissedCustomer(call) && call.effects.missedTask?.taskId === taskId,
  );
}
