import type { TaskUnitOfWork } from '../../../crm/call-tasks/call-tasks.service.js';
import { customerOf, type NumberMatches } from '../../../crm/customers/customers.service.js';
import type { CallUnitOfWork } from '../domain/call-unit-of-work.js';
import type { CallWithFacts } from '../domain/call-with-facts.js';
import {
  callSuffix,
  isMissedLine,
  isReachedLine,
  joinedLine,
  missedLine,
  notMissedLine,
  notReachedLine,
  reachedLine,
} from '../domain/effects/call-notes.js';
import type { TaskAssignment } from '../domain/effects/task-assignment.js';
import { talkToldOf } from '../domain/effects/call-effects.js';
import { type EffectMark, tasksReached, withoutEffect } from '../domain/effects/effect-marks.js';
import {
  countOtherMisses,
  firstTalkAfter,
  firstTalkHeardOfAfter,
  isAnsweredBy,
  isCompletedByTalk,
  isTaskOfCrm,
  missedAt,
  marksOfTask,
  missesOfTask,
  numberOf,
  tasksAnsweredAfter,
  tasksOfLaterTalks,
} from '../domain/effects/task-misses.js';

/**
 * The missed-call tasks of customers. One task stands for the misses between two talks, whichever of them is heard of
 * first: a talk completes the task of the misses before it, and the misses after it are on another one.
 */
export class MissedCallTasks {
  /** Tasks made by telephony from which misses were taken: none may be left that tells it. */
  private readonly ownTaskIds = new Set<number>();

  constructor(
    private readonly unitOfWork: CallUnitOfWork,
    private readonly tasks: TaskUnitOfWork,
    /** Customers of the CRM by number. */
    private readonly customers: ReadonlyMap<string, NumberMatches>,
    /** Who gets the tasks of customers whom nobody looks after. */
    private readonly assignment: TaskAssignment,
    /** IANA zone of the times in notes. */
    private readonly timeZone: string,
  ) {}

  /** Adds a missed call to its task, or corrects its line there. @returns the id of the task */
  add(call: CallWithFacts): number {
    const { unitOfWork, tasks } = this;
    const e164 = numberOf(call);
    const line = missedLine(call, this.timeZone);
    const isOwnLine = (written: string): boolean => isMissedLine(written, call.id);
    const { missedTask, missedTaskSkipped } = call.effects;
    const currentTaskId = missedTaskSkipped === undefined ? (missedTask?.taskId ?? null) : null;
    if (currentTaskId !== null) tasks.replaceLine(currentTaskId, isOwnLine, line);
    const answered = currentTaskId === null ? tasksAnsweredAfter(unitOfWork, call) : [];
    // The line of a miss that was withdrawn says so: it gets another one.
    const isLineToReplace = missedTaskSkipped === undefined ? isOwnLine : () => false;
    const answeredTaskId = answered.find((id) => tasks.addToAnswered(id, isLineToReplace, line));
    if (answeredTaskId !== undefined) {
      return this.mark(call, answeredTaskId, this.crmPriorityOf(call, answeredTaskId));
    }
    const talk = firstTalkAfter(unitOfWork, e164, missedAt(call, unitOfWork));
    const withdrawnTaskId = missedTaskSkipped?.taskId ?? null;
    const isReopened = withdrawnTaskId !== null && tasks.reopenMissedCall(withdrawnTaskId, line);
    const taskId =
      currentTaskId ??
      (isReopened
        ? withdrawnTaskId
        : tasks.addMissedCall({
            e164,
            line,
            assignedAgentOf: () => this.caretakerOf(e164) ?? this.assignment.assign(call.agentUserId),
            isAnswered: talk !== null,
          }));
    const crmPriority = this.crmPriorityOf(call, taskId);
    const isOnlyMiss = countOtherMisses(unitOfWork, call, taskId) === 0;
    if (taskId === withdrawnTaskId && isOnlyMiss && crmPriority === undefined) tasks.lowerPriority(taskId);
    // Marked before the talk is looked at: it finds the missed calls of the task by their marks.
    this.mark(call, taskId, crmPriority);
    if (talk !== null) this.completeBy(talk);
    return taskId;
  }

  /** null: nobody looks after the customer, or several have the number, and nobody has said which of them it is. */
  private caretakerOf(e164: string): number | null {
    const matches = this.customers.get(e164);
    return matches === undefined ? null : (customerOf(matches)?.assignedTo ?? null);
  }

  /** The call was not missed after all. @returns the id of its task; null: it had none */
  withdraw(call: CallWithFacts): number | null {
    const { unitOfWork, tasks } = this;
    const { taskId = null, crmPriority } = call.effects.missedTask ?? {};
    if (taskId === null) return null;
    const line = notMissedLine(call, this.timeZone);
    const others = countOtherMisses(unitOfWork, call, taskId);
    if (others > 0) {
      // Even a single missed call makes a task of the CRM hot.
      tasks.withdrawMiss(taskId, line, others === 1 && crmPriority === undefined);
      this.completeIfReached(numberOf(call), taskId);
    } else {
      const isByTalk = isCompletedByTalk(unitOfWork, numberOf(call), taskId);
      tasks.skipMissedCall(taskId, line, isByTalk, crmPriority);
    }
    return taskId;
  }

  /** The customer was reached by this talk: see {@link completeBy}. If it is known already, corrects its line. */
  reach(talk: CallWithFacts): number | null {
    const { customerReached, reachWithdrawn } = talk.effects;
    if (customerReached === undefined || reachWithdrawn !== undefined) return this.completeBy(talk);
    const taskIds = tasksReached(talk.effects);
    const line = reachedLine(talk, this.timeZone);
    for (const taskId of taskIds) {
      this.tasks.replaceLine(taskId, (written) => isReachedLine(written, talk.id), line);
    }
    return taskIds[0] ?? null;
  }

  /**
   * The customer was reached by this talk: completes the tasks of the misses before it. Misses after it that are on such
   * a task get another one. @returns the id of the first completed task; null: there is none
   */
  completeBy(talk: CallWithFacts): number | null {
    const { unitOfWork, tasks } = this;
    const e164 = numberOf(talk);
    const open = tasks.openMissedCalls(e164);
    const completed: number[] = [];
    const late: CallWithFacts[] = [];
    const reachedLater = tasksOfLaterTalks(unitOfWork, talk).filter((id) => tasks.isReached(id));
    for (const taskId of new Set([...open, ...reachedLater])) {
      const misses = missesOfTask(unitOfWork, e164, taskId);
      const after = misses.filter((miss) => !isAnsweredBy(unitOfWork, miss, talk));
      // What the CRM itself wants of the customer is answered by every talk.
      const isOfCrm = this.isMadeByCrm(taskId, e164);
      const isBefore = after.length < misses.length || isOfCrm;
      if (!isBefore) continue;
      this.takeFromTalks(taskId, e164);
      this.takeMisses(taskId, after, misses.length - after.length);
      late.push(...after);
      completed.push(taskId);
    }
    if (completed.length > 0) {
      tasks.completeReached(completed, reachedLine(talk, this.timeZone));
      this.markReached(talk, [...tasksReached(talk.effects), ...completed]);
    }
    late.sort((a, b) => Number(a.endedAt) - Number(b.endedAt));
    for (const miss of late) this.add(miss);
    return tasksReached(talk.effects)[0] ?? null;
  }

  /**
   * What had counted as a talk was none: the tasks that it had completed are open again. If the misses after it are on
   * another task, which waits, they return to the one from before.
   */
  reopen(call: CallWithFacts): number | null {
    const { tasks } = this;
    const taskIds = tasksReached(call.effects);
    for (const taskId of taskIds) {
      const returning = tasks.isReached(taskId) ? this.takeMissesOfOtherPending(call, taskId) : [];
      const line = notReachedLine(call, this.timeZone);
      tasks.reopenReached(taskId, (written) => isReachedLine(written, call.id), line);
      for (const miss of returning) this.add(miss);
      const isOfCrm = this.isMadeByCrm(taskId, numberOf(call));
      const talk = isOfCrm ? firstTalkHeardOfAfter(this.unitOfWork, call) : null;
      if (talk === null) this.completeIfReached(numberOf(call), taskId);
      else this.completeBy(talk);
    }
    return taskIds[0] ?? null;
  }

  /** Takes the misses off the pending task that telephony made for those after the talk, and skips that task. */
  private takeMissesOfOtherPending(call: CallWithFacts, taskId: number): CallWithFacts[] {
    const otherId = this.tasks.otherPendingOf(taskId);
    if (otherId === null) return [];
    const misses = missesOfTask(this.unitOfWork, numberOf(call), otherId);
    if (misses.length === 0 || isTaskOfCrm(misses)) return [];
    this.takeMisses(otherId, misses, 0);
    this.tasks.skipMissedCall(otherId, joinedLine(taskId, call), false);
    return misses;
  }

  /** Completes a task if a talk after its misses is known already. */
  private completeIfReached(e164: string, taskId: number): void {
    const { unitOfWork } = this;
    for (const miss of missesOfTask(unitOfWork, e164, taskId)) {
      const talk = firstTalkAfter(unitOfWork, e164, missedAt(miss, unitOfWork));
      if (talk !== null) this.completeBy(talk);
    }
  }

  /** Takes misses off the task that an earlier talk completes. @param left how many misses it keeps */
  private takeMisses(taskId: number, misses: readonly CallWithFacts[], left: number): void {
    for (const miss of misses) {
      const { crmPriority } = miss.effects.missedTask ?? {};
      if (crmPriority === undefined) this.ownTaskIds.add(taskId);
      const calmed =
        crmPriority === undefined
          ? { left: 1, priority: 'warm' as const }
          : { left: 0, priority: crmPriority };
      this.tasks.removeLinesOf(taskId, callSuffix(miss.id), left === calmed.left ? calmed.priority : null);
      miss.effects = withoutEffect(miss.effects, 'missedTask');
      this.unitOfWork.markChanged(miss);
    }
  }

  /** Takes a task from the later talks that had completed it. */
  private takeFromTalks(taskId: number, e164: string): void {
    for (const talk of this.unitOfWork.callsOfCaller(e164)) {
      const reached = tasksReached(talk.effects);
      if (!reached.includes(taskId)) continue;
      this.tasks.removeLinesOf(taskId, callSuffix(talk.id), null);
      this.markReached(
        talk,
        reached.filter((id) => id !== taskId),
      );
    }
  }

  /** A task on which no miss of the customer ever was is the CRM's, too. */
  private isMadeByCrm(taskId: number, e164: string): boolean {
    const marks = marksOfTask(this.unitOfWork, e164, taskId);
    return marks.length === 0
      ? !this.ownTaskIds.has(taskId)
      : marks.some(({ crmPriority }) => crmPriority !== undefined);
  }

  /** The priority of a task of the CRM before its misses; undefined: telephony made the task. */
  private crmPriorityOf(call: CallWithFacts, taskId: number): EffectMark['crmPriority'] {
    const [mark] = marksOfTask(this.unitOfWork, numberOf(call), taskId);
    if (mark !== undefined) return mark.crmPriority;
    return this.ownTaskIds.has(taskId) ? undefined : this.tasks.loadedPriorityOf(taskId);
  }

  private mark(call: CallWithFacts, taskId: number, crmPriority: EffectMark['crmPriority']): number {
    const at = this.unitOfWork.now.toISOString();
    this.unitOfWork.markEffect(call, 'missedTask', {
      at,
      taskId,
      ...(call.endedAt && { endedAt: call.endedAt.toISOString() }),
      ...(crmPriority && { crmPriority }),
    });
    return taskId;
  }

  private markReached(talk: CallWithFacts, taskIds: readonly number[]): void {
    const at = this.unitOfWork.now.toISOString();
    this.unitOfWork.markEffect(talk, 'customerReached', {
      at,
      taskId: taskIds[0] ?? null,
      outcome: talkToldOf(talk),
      ...(taskIds.length > 1 && { taskIds }),
    });
  }
}
