import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import type { EntityManager } from 'typeorm';
import { telephonyConfig } from '../../../config/namespaces/telephony.config.js';
import { pipelined } from '../../../database/transaction.js';
import { CallTasksService, type TaskUnitOfWork } from '../../crm/call-tasks/call-tasks.service.js';
import { type CustomerMatch, CustomersService } from '../../crm/customers/customers.service.js';
import type { CallUnitOfWork } from './domain/call-unit-of-work.js';
import type { CallWithFacts } from './domain/call-with-facts.js';
import {
  dueEffects,
  isConcluded,
  isCustomerReached,
  isMissedCustomer,
  REACHED_AFTER_SECONDS,
  talkBeganAt,
} from './domain/call-effects.js';
import type { EffectName } from './domain/effect-marks.js';
import type { Call } from './call.entity.js';
import {
  callMark,
  isMissedLine,
  isSummaryLine,
  missedLine,
  notMissedLine,
  notPlacedLine,
  reachedLine,
  summaryLine,
} from './domain/call-notes.js';
import { CallBatchRepository } from './call-batch.repository.js';
import { BEFORE_SECONDS } from './domain/correlation/caller-correlation.js';

/** How long ago a talk may have been that answers a miss which is heard of only now. */
const ANSWERED_WITHIN_MS = 30 * 24 * 3_600_000;

/** What effects are decided on beside the calls. */
export interface EffectInputs {
  /** Customers of the CRM by number: of calls without one, and of missed calls. */
  readonly customers: ReadonlyMap<string, CustomerMatch>;
  /** null: no task is concerned. */
  readonly tasks: TaskUnitOfWork | null;
}

interface Work extends EffectInputs {
  readonly unitOfWork: CallUnitOfWork;
  readonly tasks: TaskUnitOfWork;
}

/**
 * Carries out what calls cause in the CRM. Each effect is marked on the call in the transaction that carries it out,
 * so it happens once, however often the events of the call come.
 */
@Injectable()
export class CallEffectsService {
  private readonly effects: Readonly<Record<EffectName, (work: Work, call: CallWithFacts) => number | null>> =
    {
      missedTask: (work, call) => this.noteMissedCall(work, call),
      missedTaskSkipped: (work, call) => this.skipMissedCall(work, call),
      taskStarted: (work, call) => this.startTask(work, call),
      taskReturned: (work, call) => this.returnTask(work, call),
      taskSummary: (work, call) => this.addSummary(work, call),
      // Carried out already, if it was found to answer a miss of this unit of work.
      customerReached: (work, call) =>
        call.effects.customerReached?.taskId ?? this.completeMissedCalls(work, call),
    };

  constructor(
    private readonly calls: CallBatchRepository,
    private readonly tasks: CallTasksService,
    private readonly customers: CustomersService,
    @Inject(telephonyConfig.KEY) private readonly config: ConfigType<typeof telephonyConfig>,
  ) {}

  /**
   * Loads what the effects need that are due after the changes of the unit of work.
   */
  async prepare(manager: EntityManager, unitOfWork: CallUnitOfWork): Promise<EffectInputs> {
    const changed = unitOfWork.changedCalls();
    const due = changed.filter((call) => !unitOfWork.isHistorical(call) && dueEffects(call).length > 0);
    const withoutCustomer = changed.filter(({ customerId }) => customerId === null);
    const [customers, tasks] = await pipelined([
      this.customers.findByNumbers(manager, numbersOf([...withoutCustomer, ...due.filter(isMissedCustomer)])),
      due.length === 0 && unitOfWork.movedMisses.length === 0
        ? null
        : this.loadTasks(manager, unitOfWork, due),
    ]);
    if (tasks !== null) await this.loadCallsBehind(manager, unitOfWork, tasks, due);
    return { customers, tasks };
  }

  /** Recognises the customers of the calls, and carries out what is due. */
  apply(unitOfWork: CallUnitOfWork, { customers, tasks }: EffectInputs): void {
    for (const call of unitOfWork.changedCalls()) {
      const { customerId, customerNumberE164: number } = call;
      if (customerId === null && number !== null) call.customerId = customers.get(number)?.id ?? null;
    }
    const at = unitOfWork.now.toISOString();
    // What is history has caused nothing, and will not when it is looked at again.
    for (const call of unitOfWork.changedCalls()) {
      if (!unitOfWork.isHistorical(call)) continue;
      for (const effect of dueEffects(call)) unitOfWork.markEffect(call, effect, { at, taskId: null });
    }
    if (tasks === null) return;
    for (const { taskId, from, to, noted } of unitOfWork.movedMisses) {
      if (!noted) tasks.renameInNotes(taskId, callMark(from.id), callMark(to.id));
      else tasks.removeMiss(taskId, callMark(from.id), otherMisses(unitOfWork, to, taskId) === 0);
    }
    for (const call of unitOfWork.changedCalls()) {
      for (const effect of dueEffects(call)) {
        const taskId = this.effects[effect]({ unitOfWork, customers, tasks }, call);
        unitOfWork.markEffect(call, effect, { at, taskId, ...(isConcluded(call) && { inferred: true }) });
      }
    }
  }

  /** Writes what the effects changed of tasks. */
  async flush(manager: EntityManager, { tasks }: EffectInputs): Promise<void> {
    if (tasks !== null) await this.tasks.flush(manager, tasks);
  }

  private loadTasks(
    manager: EntityManager,
    unitOfWork: CallUnitOfWork,
    due: readonly Call[],
  ): Promise<TaskUnitOfWork> {
    const concerned = due.filter((call) => isMissedCustomer(call) || isCustomerReached(call));
    const taskIds = new Set(unitOfWork.movedMisses.map(({ taskId }) => taskId));
    for (const { taskId, effects } of due) {
      for (const id of [taskId, effects.missedTask?.taskId, effects.missedTaskSkipped?.taskId]) {
        if (typeof id === 'number') taskIds.add(id);
      }
    }
    const misses = due.filter(isMissedCustomer).length;
    return this.tasks.load(manager, { numbers: numbersOf(concerned), taskIds, newTasks: misses });
  }

  /** Misses that stand behind the same tasks, and talks that may have answered one of them long ago. */
  private async loadCallsBehind(
    manager: EntityManager,
    unitOfWork: CallUnitOfWork,
    tasks: TaskUnitOfWork,
    due: readonly Call[],
  ): Promise<void> {
    const taskIds = tasks.ids();
    const withdrawn =
      unitOfWork.movedMisses.length > 0 || due.some(({ effects }) => effects.missedTask !== undefined);
    const late = unitOfWork.now.getTime() - BEFORE_SECONDS * 1000;
    const isLate = due.some((call) => isMissedCustomer(call) && missedAt(call, unitOfWork).getTime() < late);
    if (taskIds.length === 0 && !isLate) return;
    const concerned = [...due, ...unitOfWork.movedMisses.map(({ to }) => to)];
    unitOfWork.addLoaded(
      await this.calls.loadBehindTasks(manager, unitOfWork.provider, {
        numbers: numbersOf(concerned),
        taskIds,
        talksAfter: isLate || withdrawn ? new Date(unitOfWork.now.getTime() - ANSWERED_WITHIN_MS) : null,
      }),
    );
  }

  private noteMissedCall(work: Work, call: CallWithFacts): number | null {
    const { unitOfWork, customers, tasks } = work;
    const e164 = numberOf(call);
    const line = missedLine(call, this.timeZone);
    const { missedTask, missedTaskSkipped } = call.effects;
    const withdrawn = missedTaskSkipped?.taskId ?? null;
    const noted = missedTaskSkipped === undefined ? (missedTask?.taskId ?? null) : null;
    if (noted !== null) tasks.replaceLine(noted, (written) => isMissedLine(written, call.id), line);
    const taskId =
      noted ??
      (withdrawn !== null && tasks.reopenMissedCall(withdrawn, line)
        ? withdrawn
        : tasks.addMissedCall({
            e164,
            line,
            assignedAgentId: customers.get(e164)?.assignedTo ?? null,
          }));
    if (taskId === withdrawn && otherMisses(unitOfWork, call, taskId) === 0) tasks.lowerPriority(taskId);
    // Marked already, for a talk heard of before the miss that it answers has to see which task it answers.
    unitOfWork.markEffect(call, 'missedTask', { at: unitOfWork.now.toISOString(), taskId });
    this.completeIfReachedAfter(work, e164, taskId);
    return taskId;
  }

  /** A talk that was heard of before it was known which misses stand behind a task may answer them all. */
  private completeIfReachedAfter(work: Work, e164: string, taskId: number): void {
    const { unitOfWork } = work;
    const lastMiss = lastMissBehind(unitOfWork, e164, taskId);
    const talk = lastMiss === null ? null : firstTalkAfter(unitOfWork, e164, lastMiss);
    const reached = talk === null ? null : this.completeMissedCalls(work, talk);
    if (talk !== null && reached !== null) {
      unitOfWork.markEffect(talk, 'customerReached', { at: unitOfWork.now.toISOString(), taskId: reached });
    }
  }

  private skipMissedCall(work: Work, call: Call): number | null {
    const { unitOfWork, tasks } = work;
    const taskId = call.effects.missedTask?.taskId ?? null;
    if (taskId === null) return null;
    const line = notMissedLine(call, this.timeZone);
    const others = otherMisses(unitOfWork, call, taskId);
    if (others > 0) {
      tasks.withdrawMiss(taskId, line, others === 1);
      this.completeIfReachedAfter(work, numberOf(call), taskId);
    } else tasks.skipMissedCall(taskId, line, call.effects.customerReached?.taskId === taskId);
    return taskId;
  }

  /** The call was placed after all: its task, returned before, is in progress again. */
  private startTask({ tasks }: Work, call: Call): number | null {
    if (call.taskId !== null) tasks.start(call.taskId);
    return call.taskId;
  }

  private returnTask({ tasks }: Work, call: Call): number | null {
    if (call.taskId !== null) tasks.returnToPending(call.taskId, notPlacedLine(call, this.timeZone));
    return call.taskId;
  }

  private addSummary({ tasks }: Work, call: Call): number | null {
    if (call.taskId === null) return null;
    const line = summaryLine(call, this.timeZone);
    if (call.effects.taskSummary === undefined) tasks.addNote(call.taskId, line);
    else tasks.replaceLine(call.taskId, (written) => isSummaryLine(written, call.id), line);
    return call.taskId;
  }

  /** Completes the missed-call tasks whose last miss lies before this talk. */
  private completeMissedCalls({ unitOfWork, tasks }: Work, call: Call): number | null {
    if (!isCustomerReached(call)) return null;
    const talkedAt = talkBeganAt(call) ?? unitOfWork.now;
    const answered = tasks.openMissedCalls(numberOf(call)).filter((taskId) => {
      const lastMiss = lastMissBehind(unitOfWork, numberOf(call), taskId);
      return lastMiss === null || lastMiss < talkedAt;
    });
    if (answered.length > 0) tasks.completeReached(answered, reachedLine(call, this.timeZone));
    return answered[0] ?? null;
  }

  private get timeZone(): string {
    return this.config.businessTimeZone;
  }
}

function numberOf(call: Call): string {
  if (call.customerNumberE164 === null) throw new Error(`Call ${call.id} has no customer number`);
  return call.customerNumberE164;
}

function numbersOf(calls: readonly Call[]): Set<string> {
  return new Set(calls.map((call) => call.customerNumberE164).filter((number) => number !== null));
}

function missedAt(call: Call, unitOfWork: CallUnitOfWork): Date {
  return call.endedAt ?? unitOfWork.now;
}

function missesBehind(unitOfWork: CallUnitOfWork, e164: string | null, taskId: number): Call[] {
  return [...(e164 === null ? [] : unitOfWork.callsOfCaller(e164))].filter(
    (call) => isMissedCustomer(call) && call.effects.missedTask?.taskId === taskId,
  );
}

/** How many other calls of the same customer that are still misses stand behind the same task. */
function otherMisses(unitOfWork: CallUnitOfWork, call: Call, taskId: number): number {
  return missesBehind(unitOfWork, call.customerNumberE164, taskId).filter(({ id }) => id !== call.id).length;
}

/** When the customer was last missed, of the misses that stand behind a task. */
function lastMissBehind(unitOfWork: CallUnitOfWork, e164: string, taskId: number): Date | null {
  return missesBehind(unitOfWork, e164, taskId).reduce<Date | null>(
    (last, { endedAt }) => (endedAt !== null && (last === null || endedAt > last) ? endedAt : last),
    null,
  );
}

/** The first talk with this customer, long enough to count, that began after a moment. */
function firstTalkAfter(unitOfWork: CallUnitOfWork, e164: string, moment: Date): CallWithFacts | null {
  let first: CallWithFacts | null = null;
  for (const call of unitOfWork.callsOfCaller(e164)) {
    const after =
      call.status === 'completed' &&
      (call.durationSeconds ?? 0) >= REACHED_AFTER_SECONDS &&
      call.endedAt !== null &&
      call.endedAt > moment &&
      (talkBeganAt(call) ?? moment) > moment;
    if (after && (first === null || Number(call.startedAt) < Number(first.startedAt))) first = call;
  }
  return first;
}
