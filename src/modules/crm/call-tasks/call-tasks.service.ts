import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Clock } from '../../../common/clock.js';
import { customerIdOf, writtenForms } from '../../../common/phone-number.js';
import { dayOf, wallClock } from '../../../common/wall-clock.js';
import { AppConfig } from '../../../config/app-config.js';
import { CallTaskRepository, MISSED_CALL, type TaskChange } from './call-task.repository.js';
import type { CallTask } from './call-task.entity.js';

export interface MissedCustomer {
  readonly e164: string;
  /** What to write on the task about this miss. */
  readonly line: string;
  /** The CRM user who looks after the customer, if one does. */
  readonly assignedAgentId: number | null;
}

/** Looks at the pending task of a customer that others make and take away in the same instant. */
const ROUNDS = 5;

/** What calls do to the tasks of the call desk. Every method works inside the caller's transaction. */
@Injectable()
export class CallTasksService {
  constructor(
    private readonly tasks: CallTaskRepository,
    private readonly clock: Clock,
    private readonly config: AppConfig,
  ) {}

  /** Links a call to the task it was started from: a pending task is in progress from now on. */
  async link(manager: EntityManager, taskId: number): Promise<{ linked: boolean; started: boolean }> {
    const task = await this.tasks.lockById(manager, taskId);
    if (task === null) return { linked: false, started: false };
    const started = (task.status ?? 'pending') === 'pending';
    if (started) await this.change(manager, task, { status: 'in_progress' });
    return { linked: true, started };
  }

  /** The call never came about: the task waits again, unless somebody has moved it meanwhile. */
  async unlink(manager: EntityManager, taskId: number, line: string): Promise<void> {
    const task = await this.tasks.lockById(manager, taskId);
    if (task === null) return;
    if (task.status !== 'in_progress') {
      await this.change(manager, task, { line });
      return;
    }
    const [pending] =
      task.callReason === MISSED_CALL
        ? await this.tasks.lockOpenMissedCalls(manager, [task.customerId], ['pending'])
        : [];
    await this.change(
      manager,
      task,
      pending === undefined
        ? { line, status: 'pending' }
        : { line: `${line} Task ${pending.id} waits for this customer now.`, status: 'skipped' },
    );
  }

  /**
   * Leaves exactly one pending missed-call task for this customer: makes it, or notes the further miss on it and
   * raises it to hot.
   * @returns the id of the task
   */
  async noteMissedCall(manager: EntityManager, missed: MissedCustomer): Promise<number> {
    for (let round = 1; round <= ROUNDS; round += 1) {
      const [pending] = await this.tasks.lockOpenMissedCalls(manager, writtenForms(missed.e164), ['pending']);
      if (pending !== undefined) {
        await this.change(manager, pending, { priority: 'hot', line: missed.line });
        return pending.id;
      }
      const now = this.clock.now();
      const made = await this.tasks.insertUnlessPending(manager, {
        customerId: customerIdOf(missed.e164),
        assignedAgentId: missed.assignedAgentId,
        taskDate: dayOf(now, this.config.telephony.businessTimeZone),
        priority: 'warm',
        callReason: MISSED_CALL,
        status: 'pending',
        notes: missed.line,
        createdAt: this.wallClock(now),
        updatedAt: this.wallClock(now),
      });
      // Another call of this customer made it in the same instant: look again, it is committed by now.
      if (made !== null) return made;
    }
    throw new Error('The missed-call task of a customer could neither be made nor found');
  }

  /**
   * The missed call turned out to have been answered. Only a task nobody has taken up is withdrawn.
   * @param completedByIt the task was completed by the very talk that it now turns out to have been part of
   */
  async skipMissedCall(
    manager: EntityManager,
    taskId: number,
    line: string,
    completedByIt: boolean,
  ): Promise<void> {
    const task = await this.tasks.lockById(manager, taskId);
    if (task?.status === 'pending') await this.change(manager, task, { status: 'skipped', line });
    if (task?.status === 'completed' && completedByIt) {
      await this.change(manager, task, { status: 'skipped', callOutcome: null, completedAt: null, line });
    }
  }

  /**
   * The missed call was not answered after all: its withdrawn task waits again, as if it were new.
   * @returns false when it does not stand withdrawn any more, or another waits for the customer
   */
  async reviveMissedCall(manager: EntityManager, taskId: number, line: string): Promise<boolean> {
    const task = await this.tasks.lockById(manager, taskId);
    if (task?.status !== 'skipped') return false;
    const [pending] = await this.tasks.lockOpenMissedCalls(manager, [task.customerId], ['pending']);
    if (pending !== undefined) return false;
    await this.change(manager, task, { status: 'pending', priority: 'warm', line });
    return true;
  }

  /** The customer was reached: the given open missed-call tasks are completed. */
  async completeReached(manager: EntityManager, tasks: readonly CallTask[], line: string): Promise<void> {
    for (const task of tasks) {
      await this.change(manager, task, {
        status: 'completed',
        callOutcome: 'connected',
        line,
        completedAt: this.wallClock(this.clock.now()),
      });
    }
  }

  /** Missed-call tasks of this customer that wait to be done or are being done. */
  openMissedCalls(manager: EntityManager, e164: string): Promise<CallTask[]> {
    return this.tasks.lockOpenMissedCalls(manager, writtenForms(e164), ['pending', 'in_progress']);
  }

  /** Replaces a mark in the notes of a task, such as the id of a call that is now known by another. */
  async renameInNotes(manager: EntityManager, taskId: number, mark: string, newMark: string): Promise<void> {
    const task = await this.tasks.lockById(manager, taskId);
    const notes = task?.notes?.replaceAll(mark, newMark);
    if (task !== null && notes !== undefined) await this.change(manager, task, { notes });
  }

  /**
   * A miss noted on this task turned out to be one that is noted there anyway: its line goes, and so does the urgency
   * that came with it.
   * @param alone no other miss stands behind the task
   */
  async dropMiss(manager: EntityManager, taskId: number, mark: string, alone: boolean): Promise<void> {
    const task = await this.tasks.lockById(manager, taskId);
    if (task === null) return;
    const notes = (task.notes ?? '')
      .split('\n')
      .filter((line) => !line.endsWith(mark))
      .join('\n');
    await this.change(manager, task, {
      notes,
      ...(alone && task.priority === 'hot' && { priority: 'warm' }),
    });
  }

  /**
   * One of several misses behind a task turned out to have been answered.
   * @param alone a single one is left: the urgency that came with the further ones goes
   */
  async withdrawMiss(manager: EntityManager, taskId: number, line: string, alone: boolean): Promise<void> {
    const task = await this.tasks.lockById(manager, taskId);
    if (task === null) return;
    const calm = alone && task.status === 'pending' && task.priority === 'hot';
    await this.change(manager, task, { line, ...(calm && { priority: 'warm' }) });
  }

  /** Adds one line to the notes of a task. */
  async addNote(manager: EntityManager, taskId: number, line: string): Promise<void> {
    const task = await this.tasks.lockById(manager, taskId);
    if (task !== null) await this.change(manager, task, { line });
  }

  private async change(
    manager: EntityManager,
    task: CallTask,
    change: Omit<TaskChange, 'updatedAt'>,
  ): Promise<void> {
    await this.tasks.change(manager, task.id, { ...change, updatedAt: this.wallClock(this.clock.now()) });
  }

  private wallClock(time: Date): string {
    return wallClock(time, this.config.telephony.businessTimeZone);
  }
}
