import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import type { EntityManager } from 'typeorm';
import { telephonyConfig } from '../../../../config/namespaces/telephony.config.js';
import { pipelined } from '../../../../database/transaction.js';
import { CallTasksService, type TaskUnitOfWork } from '../../../crm/call-tasks/call-tasks.service.js';
import { CustomersService, type NumberMatches, recordOf } from '../../../crm/customers/customers.service.js';
import type { CallUnitOfWork } from '../domain/call-unit-of-work.js';
import type { CallWithFacts } from '../domain/call-with-facts.js';
import {
  dueEffects,
  EFFECT_ORDER,
  isEndInferred,
  isCustomerReached,
  isMissedCustomer,
  outcomeOf,
  talkToldOf,
} from '../domain/effects/call-effects.js';
import type { EffectName } from '../domain/effects/effect-marks.js';
import type { Call } from '../call.entity.js';
import { callSuffix, isSummaryLine, notPlacedLine, summaryLine } from '../domain/effects/call-notes.js';
import {
  countMissesToMove,
  countOtherMisses,
  missedAt,
  tasksConcerned,
} from '../domain/effects/task-misses.js';
import { TaskAssignment } from '../domain/effects/task-assignment.js';
import { TaskAssignments } from './task-assignments.service.js';
import { MissedCallTasks } from './missed-call-tasks.js';
import { CallBatchRepository } from '../call-batch.repository.js';
import { CORRELATION_BEFORE_SECONDS } from '../domain/correlation/caller-correlation.js';

/** How far back talks are loaded that may have answered a missed call before it was reported. */
const LATE_MISS_WINDOW_MS = 30 * 24 * 3_600_000;

/** What effects are decided on beside the calls. */
export interface EffectInputs {
  /** Customers of the CRM by number: of calls without one whose caller was reported, and of missed calls. */
  readonly customers: ReadonlyMap<string, NumberMatches>;
  /** null: no task is concerned. */
  readonly tasks: TaskUnitOfWork | null;
  readonly assignment: TaskAssignment;
}

const NO_ASSIGNMENT = new TaskAssignment([], []);

interface Work {
  readonly tasks: TaskUnitOfWork;
  readonly missedCalls: MissedCallTasks;
}

/**
 * Applies the effects of calls on the CRM's tasks. Each effect is marked on the call in the same transaction, so that it
 * happens once, however often the events of the call are delivered.
 */
@Injectable()
export class CallEffectsService {
  private readonly effects: Readonly<Record<EffectName, (work: Work, call: CallWithFacts) => number | null>> =
    {
      missedTask: ({ missedCalls }, call) => missedCalls.add(call),
      missedTaskSkipped: ({ missedCalls }, call) => missedCalls.withdraw(call),
      taskStarted: (work, call) => this.startTask(work, call),
      taskReturned: (work, call) => this.returnTask(work, call),
      taskSummary: (work, call) => this.addSummary(work, call),
      customerReached: ({ missedCalls }, call) => missedCalls.reach(call),
      reachWithdrawn: ({ missedCalls }, call) => missedCalls.reopen(call),
    };

  constructor(
    private readonly calls: CallBatchRepository,
    private readonly tasks: CallTasksService,
    private readonly customers: CustomersService,
    private readonly assignments: TaskAssignments,
    @Inject(telephonyConfig.KEY) private readonly config: ConfigType<typeof telephonyConfig>,
  ) {}

  /** Loads what the due effects need: customers, tasks, and calls of those tasks. */
  async prepare(manager: EntityManager, unitOfWork: CallUnitOfWork): Promise<EffectInputs> {
    const changed = unitOfWork.changedCalls();
    const due = changed.filter((call) => !unitOfWork.isHistorical(call) && dueEffects(call).length > 0);
    const withoutCustomer = changed.filter(
      (call) => call.customerId === null && unitOfWork.isCallerReported(call),
    );
    const missed = due.filter(isMissedCustomer);
    const [customers, assignment, tasks] = await pipelined([
      this.customers.matchesOf(manager, numbersOf([...withoutCustomer, ...missed])),
      missed.length === 0 ? NO_ASSIGNMENT : this.assignments.load(manager),
      due.length === 0 && unitOfWork.movedMisses.length === 0
        ? null
        : this.loadTasks(manager, unitOfWork, due),
    ]);
    if (tasks !== null) await this.loadCallsOfTasks(manager, unitOfWork, tasks, due);
    return { customers, tasks, assignment };
  }

  /** Links the calls to their customers, and applies the due effects to the tasks. */
  apply(unitOfWork: CallUnitOfWork, { customers, tasks, assignment }: EffectInputs): void {
    for (const call of unitOfWork.changedCalls()) {
      const { customerId, customerNumberE164: number } = call;
      if (customerId !== null || number === null) continue;
      const matches = customers.get(number);
      call.customerId = matches === undefined ? null : (recordOf(matches)?.id ?? null);
    }
    const at = unitOfWork.now.toISOString();
    // A historical call changes no task. Its effects are marked, so that they are not due at the next change either.
    for (const call of unitOfWork.changedCalls()) {
      if (!unitOfWork.isHistorical(call)) continue;
      for (const effect of dueEffects(call)) {
        unitOfWork.markEffect(call, effect, { at, taskId: call.effects[effect]?.taskId ?? null });
      }
    }
    if (tasks === null) return;
    for (const { taskId, from, to, isOnTask } of unitOfWork.movedMisses) {
      if (!isOnTask) tasks.replaceInNotes(taskId, callSuffix(from.id), callSuffix(to.id));
      else {
        const isCrms = to.effects.missedTask?.crmPriority !== undefined;
        const isOnlyMiss = countOtherMisses(unitOfWork, to, taskId) === 0;
        tasks.removeLinesOf(taskId, callSuffix(from.id), isOnlyMiss && !isCrms ? 'warm' : null);
      }
    }
    const missedCalls = new MissedCallTasks(unitOfWork, tasks, customers, assignment, this.timeZone);
    // One kind after the other: a talk completes a task only when its misses are known to be right.
    const withEffects = unitOfWork.changedCalls().filter((call) => dueEffects(call).length > 0);
    for (const effect of EFFECT_ORDER) {
      for (const call of withEffects) {
        if (!dueEffects(call).includes(effect)) continue;
        const taskId = this.effects[effect]({ tasks, missedCalls }, call);
        const { crmPriority, taskIds } = call.effects[effect] ?? {};
        unitOfWork.markEffect(call, effect, {
          at,
          taskId,
          ...(isEndInferred(call) && { inferred: true }),
          ...(effect === 'missedTask' && call.endedAt && { endedAt: call.endedAt.toISOString() }),
          ...(effect === 'taskSummary' && { outcome: outcomeOf(call) }),
          ...(crmPriority && { crmPriority }),
          ...(effect === 'customerReached' && { outcome: talkToldOf(call), ...(taskIds && { taskIds }) }),
        });
      }
    }
  }

  /** Writes the changed tasks. */
  async flush(manager: EntityManager, { tasks }: EffectInputs): Promise<void> {
    if (tasks !== null) await this.tasks.flush(manager, tasks);
  }

  private loadTasks(
    manager: EntityManager,
    unitOfWork: CallUnitOfWork,
    due: readonly CallWithFacts[],
  ): Promise<TaskUnitOfWork> {
    const missedOrReached = due.filter((call) => isMissedCustomer(call) || isCustomerReached(call));
    const taskIds = tasksConcerned(unitOfWork, due);
    const newTasks = due.filter(isMissedCustomer).length;
    return this.tasks.load(manager, { numbers: numbersOf(missedOrReached), taskIds, newTasks });
  }

  /** Loads the other missed calls of the tasks, and earlier talks that may have answered one of them. */
  private async loadCallsOfTasks(
    manager: EntityManager,
    unitOfWork: CallUnitOfWork,
    tasks: TaskUnitOfWork,
    due: readonly CallWithFacts[],
  ): Promise<void> {
    const taskIds = tasks.ids();
    const missesChange =
      unitOfWork.movedMisses.length > 0 || due.some(({ effects }) => effects.missedTask !== undefined);
    // For a miss after this time, all later calls of the caller are loaded already.
    const lateBefore = unitOfWork.now.getTime() - CORRELATION_BEFORE_SECONDS * 1000;
    const isLate = due.some(
      (call) => isMissedCustomer(call) && missedAt(call, unitOfWork).getTime() < lateBefore,
    );
    if (taskIds.length === 0 && !isLate) return;
    const calls = [...due, ...unitOfWork.movedMisses.map(({ to }) => to)];
    const windowStart = new Date(unitOfWork.now.getTime() - LATE_MISS_WINDOW_MS);
    unitOfWork.addLoaded(
      await this.calls.loadForTasks(manager, unitOfWork.provider, {
        numbers: numbersOf(calls),
        taskIds,
        talksEndedAfter: isLate || missesChange ? windowStart : null,
      }),
    );
    const moved = countMissesToMove(unitOfWork, due);
    if (moved > 0) await this.tasks.reserveIds(manager, tasks, moved);
  }

  /** The call was placed after all: its task was returned to pending and is started again. */
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

  private get timeZone(): string {
    return this.config.businessTimeZone;
  }
}

function numbersOf(calls: readonly Call[]): Set<string> {
  return new Set(calls.map((call) => call.customerNumberE164).filter((number) => number !== null));
}
