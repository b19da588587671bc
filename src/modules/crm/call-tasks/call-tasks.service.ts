import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Clock } from '../../../common/clock.js';
import { writtenForms } from '../../../common/phone-number.js';
import { wallClock } from '../../../common/wall-clock.js';
import { AppConfig } from '../../../config/app-config.js';
import type { SqlSession } from '../../../database/sql-session.js';
import { CallTaskRepository } from './call-task.repository.js';
import { TaskUnitOfWork } from './task-unit-of-work.js';

export type { TaskUnitOfWork } from './task-unit-of-work.js';

/** The tasks that calls have to do with. */
export interface TaskScope {
  /** Customers whose open missed-call tasks are meant, E.164. */
  readonly numbers: ReadonlySet<string>;
  readonly taskIds: ReadonlySet<number>;
  /** Most tasks that may be made. */
  readonly newTasks: number;
}

/** What telephony does to the tasks of the call desk, inside the transaction of its calls. */
@Injectable()
export class CallTasksService {
  constructor(
    private readonly tasks: CallTaskRepository,
    private readonly clock: Clock,
    private readonly config: AppConfig,
  ) {}

  /** Opens the unit of work of the tasks in scope, locked until the transaction ends. */
  async load(session: SqlSession, { numbers, taskIds, newTasks }: TaskScope): Promise<TaskUnitOfWork> {
    const customerIds = [...numbers].flatMap(writtenForms);
    const [loaded, ids] = await Promise.all([
      this.tasks.load(session, customerIds, [...taskIds]),
      this.tasks.takeIds(session, newTasks),
    ]);
    return new TaskUnitOfWork({ now: this.wallClock(), ids }, loaded);
  }

  /** Sends what the unit of work has to say. */
  flush(session: SqlSession, unitOfWork: TaskUnitOfWork): void {
    this.tasks.write(session, unitOfWork);
  }

  /** Links a call to the task it was started from: a pending task is in progress from now on. */
  async link(manager: EntityManager, taskId: number): Promise<{ linked: boolean; started: boolean }> {
    const task = await this.tasks.lockById(manager, taskId);
    if (task === null) return { linked: false, started: false };
    const started = (task.status ?? 'pending') === 'pending';
    if (started) {
      await this.tasks.change(manager, taskId, { status: 'in_progress', updatedAt: this.wallClock() });
    }
    return { linked: true, started };
  }

  private wallClock(): string {
    return wallClock(this.clock.now(), this.config.telephony.businessTimeZone);
  }
}
