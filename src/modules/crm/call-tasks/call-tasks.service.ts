import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { Any, type EntityManager } from 'typeorm';
import { telephonyConfig } from '../../../config/namespaces/telephony.config.js';
import { Clock } from '../../../common/time/clock.js';
import { wallClock } from '../../../common/time/wall-clock.js';
import { afterCommit, pipelined } from '../../../database/transaction.js';
import { ChangeFeed } from '../../change-feed/change-feed.js';
import { CustomersService } from '../customers/customers.service.js';
import type { CallTask } from './call-task.entity.js';
import { CallTaskRepository } from './call-task.repository.js';
import { customerRowOf, isTaskOf } from './task-customer.js';
import { TaskUnitOfWork } from './task-unit-of-work.js';

export type { CallTask, TaskPriority } from './call-task.entity.js';
export type { TaskUnitOfWork } from './task-unit-of-work.js';

/** The tasks to load. */
export interface TaskScope {
  /** Numbers of the customers whose open missed-call tasks are loaded, E.164. */
  readonly numbers: ReadonlySet<string>;
  readonly taskIds: ReadonlySet<number>;
  /** Most tasks that may be created. */
  readonly newTasks: number;
}

/** The tasks of the call desk for telephony, which changes them in the transaction of its calls. */
@Injectable()
export class CallTasksService {
  constructor(
    private readonly tasks: CallTaskRepository,
    private readonly customers: CustomersService,
    private readonly feed: ChangeFeed,
    private readonly clock: Clock,
    @Inject(telephonyConfig.KEY) private readonly config: ConfigType<typeof telephonyConfig>,
  ) {}

  /** Loads a unit of work. Its tasks are locked until the transaction ends. */
  async load(manager: EntityManager, { numbers, taskIds, newTasks }: TaskScope): Promise<TaskUnitOfWork> {
    const tasks = manager.withRepository(this.tasks);
    const [loaded, ids] = await pipelined([
      tasks.loadForUpdate([...numbers], [...taskIds]),
      tasks.takeIds(newTasks),
    ]);
    return new TaskUnitOfWork({ now: this.wallClock(), ids }, loaded);
  }

  /** Lets a unit of work create more tasks. */
  async reserveIds(manager: EntityManager, unitOfWork: TaskUnitOfWork, count: number): Promise<void> {
    unitOfWork.addIds(await manager.withRepository(this.tasks).takeIds(count));
  }

  /** Writes the new and changed tasks. */
  async flush(manager: EntityManager, unitOfWork: TaskUnitOfWork): Promise<void> {
    await manager.withRepository(this.tasks).flush(unitOfWork);
    this.announce(manager, [...unitOfWork.newTasks(), ...unitOfWork.changedTasks()]);
  }

  /** Those of these tasks that exist. Not for use in a transaction. */
  findByIds(ids: readonly number[]): Promise<CallTask[]> {
    return this.tasks.findBy({ id: Any(ids) });
  }

  /**
   * Links a started call to its task, whatever reason the task has, if the task is of the customer who is called: the
   * number is in its `customer_id`, or in a number field of the customer whose id that is.
   * @param e164 the number that is called
   * @returns linked: there is such a task; started: it was pending and is in progress now
   */
  async link(
    manager: EntityManager,
    taskId: number,
    e164: string,
  ): Promise<{ linked: boolean; started: boolean }> {
    const tasks = manager.withRepository(this.tasks);
    const task = await tasks.lockById(taskId);
    if (task === null || !(await this.isOf(manager, task, e164))) return { linked: false, started: false };
    const started = (task.status ?? 'pending') === 'pending';
    if (started) {
      await tasks.change(taskId, { status: 'in_progress', updatedAt: this.wallClock() });
      this.announce(manager, [task]);
    }
    return { linked: true, started };
  }

  private async isOf(manager: EntityManager, task: CallTask, e164: string): Promise<boolean> {
    if (isTaskOf(task, e164)) return true;
    const customerId = customerRowOf(task);
    return customerId !== null && (await this.customers.hasNumber(manager, customerId, e164));
  }

  /**
   * Erases the customer from the missed-call tasks of a number; open ones become skipped, for nobody can be called back.
   * @param e164 E.164
   * @returns how many tasks
   */
  eraseCustomer(manager: EntityManager, e164: string, dryRun: boolean): Promise<number> {
    return manager.withRepository(this.tasks).eraseCustomer(e164, this.wallClock(), dryRun);
  }

  private announce(manager: EntityManager, tasks: readonly CallTask[]): void {
    const ids = tasks.map(({ id }) => id);
    if (ids.length > 0) afterCommit(manager, () => this.feed.announce({ tasks: ids }));
  }

  private wallClock(): string {
    return wallClock(this.clock.now(), this.config.businessTimeZone);
  }
}
