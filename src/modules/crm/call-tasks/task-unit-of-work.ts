import { customerIdOf } from '../../../common/phone-number.js';
import type { CallTask, TaskPriority } from './call-task.entity.js';
import { haveSameCustomer, isTaskOf, REMOVED_CUSTOMER } from './task-customer.js';

/** `call_reason` of the tasks that telephony creates. */
export const MISSED_CALL = 'missed_call';

export interface MissedCustomer {
  readonly e164: string;
  /** The line about this missed call for the notes. */
  readonly line: string;
  /** The CRM user who gets a new task; null: none. Called if one is created. */
  readonly assignedAgentOf: () => number | null;
  /** A talk after this miss is known, and will complete its task: it is not added to a pending one. */
  readonly isAnswered?: boolean;
}

export interface TaskUnitOfWorkContext {
  /** Wall-clock text in the business time zone. */
  readonly now: string;
  /** Ids for new tasks. */
  readonly ids: number[];
}

/** The tasks that one transaction has locked and loaded, and their changes by calls. Unknown task ids are ignored. */
export class TaskUnitOfWork {
  private readonly tasks: Map<number, CallTask>;
  private readonly loadedPriorities: ReadonlyMap<number, TaskPriority>;
  private readonly changed = new Set<CallTask>();
  private readonly created = new Set<CallTask>();

  constructor(
    private readonly context: TaskUnitOfWorkContext,
    loaded: readonly CallTask[],
  ) {
    this.tasks = new Map(loaded.map((task) => [task.id, task]));
    this.loadedPriorities = new Map(loaded.map(({ id, priority }) => [id, priority]));
  }

  ids(): number[] {
    return [...this.tasks.keys()];
  }

  /** The priority that the task had when it was loaded; undefined: this unit of work has created it. */
  loadedPriorityOf(taskId: number): TaskPriority | undefined {
    return this.loadedPriorities.get(taskId);
  }

  addIds(ids: readonly number[]): void {
    this.context.ids.push(...ids);
  }

  changedTasks(): CallTask[] {
    return [...this.changed].filter((task) => !this.created.has(task));
  }

  newTasks(): readonly CallTask[] {
    return [...this.created];
  }

  /** The call was placed after all: a pending task is in progress. */
  start(taskId: number): void {
    const task = this.tasks.get(taskId);
    if (task !== undefined && (task.status ?? 'pending') === 'pending') {
      this.change(task, { status: 'in_progress' });
    }
  }

  /**
   * The call was not placed: a task in progress is pending again. If the customer has another pending missed-call task, it
   * is skipped instead, because only one may be pending.
   */
  returnToPending(taskId: number, line: string): void {
    const task = this.tasks.get(taskId);
    if (task === undefined) return;
    this.addLine(task, line);
    if (task.status !== 'in_progress') return;
    const pending = task.callReason === MISSED_CALL ? this.pendingBeside(task) : null;
    if (pending === null) this.change(task, { status: 'pending' });
    else {
      task.notes = `${task.notes} Task ${pending.id} waits for this customer now.`;
      this.change(task, { status: 'skipped' });
    }
  }

  /**
   * Creates the pending missed-call task of this customer. If there is one already, adds the miss to its notes and raises
   * its priority to hot.
   * @returns the id of the task
   */
  addMissedCall({ e164, line, assignedAgentOf, isAnswered }: MissedCustomer): number {
    const pending = isAnswered ? undefined : this.missedCallsOf(e164).find(isPending);
    if (pending !== undefined) {
      this.addLine(pending, line);
      this.change(pending, { priority: 'hot' });
      return pending.id;
    }
    const id = this.context.ids.shift();
    if (id === undefined) throw new Error('The unit of work has no id left for a new task');
    const { now } = this.context;
    const task: CallTask = {
      id,
      customerId: customerIdOf(e164),
      assignedAgentId: assignedAgentOf(),
      taskDate: now.slice(0, 10),
      priority: 'warm',
      callReason: MISSED_CALL,
      recommendedProductId: null,
      status: 'pending',
      callOutcome: null,
      notes: line,
      scheduledTime: null,
      completedAt: null,
      createdAt: now,
      updatedAt: now,
    };
    this.tasks.set(id, task);
    this.created.add(task);
    return id;
  }

  /**
   * The missed call was answered after all: skips its task, unless an agent has started or closed it. A task that the CRM
   * created stays: it gets a line, and its former priority unless somebody has changed it since.
   * @param isByTalk a talk has completed the task: unless its outcome was changed since, the completion is undone too, but
   * not that of a task of the CRM
   * @param crmPriority the former priority of a task that the CRM created; undefined: telephony created it
   */
  skipMissedCall(taskId: number, line: string, isByTalk: boolean, crmPriority?: TaskPriority): void {
    const task = this.tasks.get(taskId);
    if (task === undefined) return;
    const isCompletedByTalk = isByTalk && this.isReached(taskId);
    if (crmPriority !== undefined) {
      const isOpen = task.status === 'pending' || task.status === 'in_progress';
      if (!isOpen && !isCompletedByTalk) return;
      this.addLine(task, line);
      if (task.priority === 'hot') this.change(task, { priority: crmPriority });
      return;
    }
    if (task.status === 'pending' || task.status === 'skipped') {
      this.addLine(task, line);
      this.change(task, { status: 'skipped' });
    } else if (isCompletedByTalk) {
      this.addLine(task, line);
      this.change(task, { status: 'skipped', callOutcome: null, completedAt: null });
    }
  }

  /**
   * The call was missed after all: its skipped task is pending again, with the priority of a new one.
   * @returns false when the task is not skipped any more, or the customer has another pending one
   */
  reopenMissedCall(taskId: number, line: string): boolean {
    const task = this.tasks.get(taskId);
    if (task?.status !== 'skipped' || task.customerId === REMOVED_CUSTOMER) return false;
    if (this.pendingBeside(task) !== null) return false;
    this.addLine(task, line);
    this.change(task, { status: 'pending', priority: 'warm' });
    return true;
  }

  /** The customer was reached: completes these missed-call tasks. */
  completeReached(taskIds: readonly number[], line: string): void {
    for (const id of taskIds) {
      const task = this.tasks.get(id);
      if (task === undefined) continue;
      this.addLine(task, line);
      this.change(task, { status: 'completed', callOutcome: 'connected', completedAt: this.context.now });
    }
  }

  /**
   * A talk that had completed this task was none: it is pending again, unless its outcome was changed since, or the
   * customer has another pending one.
   * @param matches the line of that talk, which is replaced
   */
  reopenReached(taskId: number, matches: (line: string) => boolean, line: string): void {
    if (!this.isReached(taskId)) return;
    this.replaceLine(taskId, matches, line);
    const task = this.tasks.get(taskId);
    if (task === undefined || this.pendingBeside(task) !== null) return;
    this.change(task, { status: 'pending', callOutcome: null, completedAt: null });
  }

  /** Whether the task is as a talk completes one: nobody has changed its outcome, nor removed its customer, since. */
  isReached(taskId: number): boolean {
    const task = this.tasks.get(taskId);
    return (
      task?.status === 'completed' && task.callOutcome === 'connected' && task.customerId !== REMOVED_CUSTOMER
    );
  }

  /** The other pending missed-call task of the customer of this task; null: there is none. */
  otherPendingOf(taskId: number): number | null {
    const task = this.tasks.get(taskId);
    return task === undefined ? null : (this.pendingBeside(task)?.id ?? null);
  }

  /**
   * Adds a missed call to the task that a later talk has completed, or replaces its line there.
   * @returns false when the task is not completed any more, or the CRM has removed its customer
   */
  addToAnswered(taskId: number, matches: (line: string) => boolean, line: string): boolean {
    const task = this.tasks.get(taskId);
    if (task?.status !== 'completed' || task.customerId === REMOVED_CUSTOMER) return false;
    if (task.notes?.split('\n').some(matches)) this.replaceLine(taskId, matches, line);
    else {
      this.addLine(task, line);
      this.change(task, { priority: 'hot' });
    }
    return true;
  }

  /** Ids of this customer's missed-call tasks that are pending or in progress, newest first. */
  openMissedCalls(e164: string): number[] {
    return this.missedCallsOf(e164)
      .filter(({ status }) => status === 'pending' || status === 'in_progress')
      .map(({ id }) => id);
  }

  /** Replaces text in the notes of a task, such as the id of a call that was merged into another. */
  replaceInNotes(taskId: number, text: string, newText: string): void {
    const task = this.tasks.get(taskId);
    if (task?.notes?.includes(text)) this.change(task, { notes: task.notes.replaceAll(text, newText) });
  }

  /** Replaces the last matching line of the notes. If an agent has removed it, it is not added again. */
  replaceLine(taskId: number, matches: (line: string) => boolean, line: string): void {
    const task = this.tasks.get(taskId);
    const lines = task?.notes?.split('\n') ?? [];
    const index = lines.findLastIndex(matches);
    if (task !== undefined && index >= 0) this.change(task, { notes: lines.with(index, line).join('\n') });
  }

  /**
   * Removes the lines of a call that is not on this task any more.
   * @param suffix end of its lines
   * @param calmed the priority of a hot task now that these misses are gone; null: it stays hot
   */
  removeLinesOf(taskId: number, suffix: string, calmed: TaskPriority | null): void {
    const task = this.tasks.get(taskId);
    if (task === undefined) return;
    const notes = (task.notes ?? '')
      .split('\n')
      .filter((line) => !line.endsWith(suffix))
      .join('\n');
    const isCalmed = calmed !== null && task.priority === 'hot';
    this.change(task, { notes, ...(isCalmed && { priority: calmed }) });
  }

  /** The task, pending or completed by a talk, has a single missed call: its priority is no longer hot. */
  lowerPriority(taskId: number): void {
    const task = this.tasks.get(taskId);
    if (task === undefined || !(task.status === 'pending' || this.isReached(taskId))) return;
    if (task.priority === 'hot') this.change(task, { priority: 'warm' });
  }

  /**
   * One of several missed calls of a task was answered after all.
   * @param isOneLeft a single one is left, so the priority is no longer hot
   */
  withdrawMiss(taskId: number, line: string, isOneLeft: boolean): void {
    const task = this.tasks.get(taskId);
    if (task === undefined) return;
    this.addLine(task, line);
    if (isOneLeft) this.lowerPriority(taskId);
  }

  addNote(taskId: number, line: string): void {
    const task = this.tasks.get(taskId);
    if (task !== undefined) this.addLine(task, line);
  }

  /** Another pending missed-call task of the customer of this task. */
  private pendingBeside(task: CallTask): CallTask | null {
    const others = this.missedCalls((other) => other !== task && haveSameCustomer(task, other));
    return others.find(isPending) ?? null;
  }

  /** The missed-call tasks of the customer with this number, newest first. */
  private missedCallsOf(e164: string): CallTask[] {
    return this.missedCalls((task) => isTaskOf(task, e164));
  }

  private missedCalls(isWanted: (task: CallTask) => boolean): CallTask[] {
    return [...this.tasks.values()]
      .filter((task) => task.callReason === MISSED_CALL && isWanted(task))
      .sort((a, b) => b.id - a.id);
  }

  private addLine(task: CallTask, line: string): void {
    this.change(task, { notes: task.notes ? `${task.notes}\n${line}` : line });
  }

  private change(task: CallTask, change: Partial<CallTask>): void {
    Object.assign(task, change, { updatedAt: this.context.now });
    this.changed.add(task);
  }
}

function isPending({ status }: CallTask): boolean {
  return status === 'pending';
}
