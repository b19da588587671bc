import { customerIdOf, writtenForms } from '../../../common/phone-number.js';
import type { CallTask } from './call-task.entity.js';

/** `call_reason` of the tasks that telephony makes. */
export const MISSED_CALL = 'missed_call';

export interface MissedCustomer {
  readonly e164: string;
  /** What to write on the task about this miss. */
  readonly line: string;
  /** The CRM user who looks after the customer, if one does. */
  readonly assignedAgentId: number | null;
}

/** What new tasks are made with. */
export interface TaskUnitOfWorkContext {
  /** Wall-clock text of the business time zone. */
  readonly now: string;
  /** Ids for tasks that may be made. */
  readonly ids: number[];
}

/**
 * The tasks that the calls of one transaction have to do with, locked by it: what calls do to them, and what has to be
 * written of it.
 */
export class TaskUnitOfWork {
  private readonly tasks: Map<number, CallTask>;
  private readonly changed = new Set<CallTask>();
  private readonly created = new Set<CallTask>();

  constructor(
    private readonly context: TaskUnitOfWorkContext,
    loaded: readonly CallTask[],
  ) {
    this.tasks = new Map(loaded.map((task) => [task.id, task]));
  }

  ids(): number[] {
    return [...this.tasks.keys()];
  }

  changedTasks(): CallTask[] {
    return [...this.changed].filter((task) => !this.created.has(task));
  }

  newTasks(): readonly CallTask[] {
    return [...this.created];
  }

  /** The call was placed after all: a task that waits is in progress. */
  start(taskId: number): void {
    const task = this.tasks.get(taskId);
    if (task !== undefined && (task.status ?? 'pending') === 'pending') {
      this.change(task, { status: 'in_progress' });
    }
  }

  /** The call never came about: the task waits again, unless somebody has moved it meanwhile. */
  returnToPending(taskId: number, line: string): void {
    const task = this.tasks.get(taskId);
    if (task === undefined) return;
    this.addLine(task, line);
    if (task.status !== 'in_progress') return;
    const pending = task.callReason === MISSED_CALL ? this.pendingOf([task.customerId]) : null;
    if (pending === null) this.change(task, { status: 'pending' });
    else {
      task.notes = `${task.notes} Task ${pending.id} waits for this customer now.`;
      this.change(task, { status: 'skipped' });
    }
  }

  /**
   * Leaves exactly one pending missed-call task for this customer: makes it, or notes the further miss on it and
   * raises it to hot.
   * @returns the id of the task
   */
  addMissedCall({ e164, line, assignedAgentId }: MissedCustomer): number {
    const pending = this.pendingOf(writtenForms(e164));
    if (pending !== null) {
      this.addLine(pending, line);
      this.change(pending, { priority: 'hot' });
      return pending.id;
    }
    const id = this.context.ids.shift();
    if (id === undefined) throw new Error('The book has no id left for a new task');
    const { now } = this.context;
    const task: CallTask = {
      id,
      customerId: customerIdOf(e164),
      assignedAgentId,
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
   * The missed call turned out to have been answered. Only a task nobody has taken up is withdrawn.
   * @param completedByIt the task was completed by the very talk that it now turns out to have been part of
   */
  skipMissedCall(taskId: number, line: string, completedByIt: boolean): void {
    const task = this.tasks.get(taskId);
    if (task === undefined) return;
    if (task.status === 'pending' || task.status === 'skipped') {
      this.addLine(task, line);
      this.change(task, { status: 'skipped' });
    } else if (task.status === 'completed' && completedByIt) {
      this.addLine(task, line);
      this.change(task, { status: 'skipped', callOutcome: null, completedAt: null });
    }
  }

  /**
   * The missed call was not answered after all: its withdrawn task waits again, as if it were new.
   * @returns false when it does not stand withdrawn any more, or another waits for the customer
   */
  reopenMissedCall(taskId: number, line: string): boolean {
    const task = this.tasks.get(taskId);
    if (task?.status !== 'skipped' || this.pendingOf([task.customerId]) !== null) return false;
    this.addLine(task, line);
    this.change(task, { status: 'pending', priority: 'warm' });
    return true;
  }

  /** The customer was reached: the given open missed-call tasks are completed. */
  completeReached(taskIds: readonly number[], line: string): void {
    for (const id of taskIds) {
      const task = this.tasks.get(id);
      if (task === undefined) continue;
      this.addLine(task, line);
      this.change(task, { status: 'completed', callOutcome: 'connected', completedAt: this.context.now });
    }
  }

  /** Missed-call tasks of this customer that wait to be done or are being done, newest first. */
  openMissedCalls(e164: string): number[] {
    const forms = writtenForms(e164);
    return this.missedCallsOf(forms)
      .filter(({ status }) => status === 'pending' || status === 'in_progress')
      .map(({ id }) => id);
  }

  /** Replaces a mark in the notes of a task, such as the id of a call that is now known by another. */
  replaceInNotes(taskId: number, mark: string, newMark: string): void {
    const task = this.tasks.get(taskId);
    if (task?.notes?.includes(mark)) this.change(task, { notes: task.notes.replaceAll(mark, newMark) });
  }

  /**
   * What a line in the notes says turned out otherwise. Lines before the last one are history; one that somebody removed
   * stays away.
   */
  replaceLine(taskId: number, isIt: (line: string) => boolean, line: string): void {
    const task = this.tasks.get(taskId);
    const lines = task?.notes?.split('\n') ?? [];
    const index = lines.findLastIndex(isIt);
    if (task !== undefined && index >= 0) this.change(task, { notes: lines.with(index, line).join('\n') });
  }

  /**
   * A miss noted on this task turned out to be one that is noted there anyway: its line goes, and so does the urgency
   * that came with it.
   * @param alone no other miss stands behind the task
   */
  removeMissLine(taskId: number, mark: string, alone: boolean): void {
    const task = this.tasks.get(taskId);
    if (task === undefined) return;
    const notes = (task.notes ?? '')
      .split('\n')
      .filter((line) => !line.endsWith(mark))
      .join('\n');
    this.change(task, { notes, ...(alone && task.priority === 'hot' && { priority: 'warm' }) });
  }

  /** A single miss stands behind a task that waits: the urgency that came with further ones goes. */
  lowerPriority(taskId: number): void {
    const task = this.tasks.get(taskId);
    if (task?.status === 'pending' && task.priority === 'hot') this.change(task, { priority: 'warm' });
  }

  /**
   * One of several misses behind a task turned out to have been answered.
   * @param alone a single one is left: the urgency that came with the further ones goes
   */
  withdrawMiss(taskId: number, line: string, alone: boolean): void {
    const task = this.tasks.get(taskId);
    if (task === undefined) return;
    this.addLine(task, line);
    if (alone) this.lowerPriority(taskId);
  }

  /** Adds one line to the notes of a task. */
  addNote(taskId: number, line: string): void {
    const task = this.tasks.get(taskId);
    if (task !== undefined) this.addLine(task, line);
  }

  private pendingOf(customerIds: readonly string[]): CallTask | null {
    return this.missedCallsOf(customerIds).find(({ status }) => status === 'pending') ?? null;
  }

  private missedCallsOf(customerIds: readonly string[]): CallTask[] {
    return [...this.tasks.values()]
      .filter(({ customerId, callReason }) => callReason === MISSED_CALL && customerIds.includes(customerId))
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
