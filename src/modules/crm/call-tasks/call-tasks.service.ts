import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { Any, type EntityManager } from 'typeorm';
import { telephonyConfig } from '../../../config/namespaces/telephony.config.js';
import { DomainError } from '../../../common/errors/domain-error.js';
import { Clock } from '../../../common/time/clock.js';
import { wallClock } from '../../../common/time/wall-clock.js';
import { afterCommit, pipelined } from '../../../database/transaction.js';
import { ChangeFeed } from '../../change-feed/change-feed.js';
import { CustomersService } from '../customers/customers.service.js';
import type { CallTask } from './call-task.entity.js';
import { CallTaskRepository } from './call-task.repository.js';
import { numbersIn } from '../phone-keys.js';
import { customerRowOf, isTaskOf, REMOVED_CUSTOMER } from './task-customer.js';
import { withMovedLine } from './task-notes.js';
import { MISSED_CALL, TaskUnitOfWork } from './task-unit-of-work.js';

export type { CallTask, TaskPriority } from './call-task.entity.js';
export { MISSED_CALL, type TaskUnitOfWork } from './task-unit-of-work.js';

/** Without its first zero, a mobile number of Bangladesh reads like an id. Every other number of that form is one. */
const MOBILE_WITHOUT_ZERO = /^1[3-9]\d{8}$/u;

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

  /** Those of these tasks that exist. Not for use in a transaction. */
  findByIds(ids: readonly number[]): Promise<CallTask[]> {
    return this.tasks.findBy({ id: Any(ids) });
  }

  /** Writes the new and changed tasks. */
  async flush(manager: EntityManager, unitOfWork: TaskUnitOfWork): Promise<void> {
    await manager.withRepository(this.tasks).flush(unitOfWork);
    this.announce(
      manager,
      [...unitOfWork.changedTasks(), ...unitOfWork.newTasks()].map(({ id }) => id),
    );
  }

  /**
   * Links a started call to its task, whatever reason the task has, if the task is of the customer who is called: the
   * number is in its `customer_id`, or in a number field of the customer whose id that is. Who calls a missed customer back
   * claims the task, unless another agent has it in progress.
   * @param e164 the number that is called
   * @param agentUserId who calls
   * @returns linked: there is such a task; started: it was pending and is in progress now
   */
  async link(
    manager: EntityManager,
    taskId: number,
    { e164, agentUserId }: { readonly e164: string; readonly agentUserId: number },
  ): Promise<{ linked: boolean; started: boolean }> {
    const tasks = manager.withRepository(this.tasks);
    const task = await tasks.lockById(taskId);
    if (task === null || !(await this.isOf(manager, task, e164))) return { linked: false, started: false };
    const started = (task.status ?? 'pending') === 'pending';
    const isFree = started || (task.status === 'in_progress' && task.assignedAgentId === null);
    const isClaimed = task.callReason === MISSED_CALL && isFree && task.assignedAgentId !== agentUserId;
    if (started || isClaimed) {
      await tasks.change(taskId, {
        ...(started && { status: 'in_progress' }),
        ...(isClaimed && { assignedAgentId: agentUserId }),
        updatedAt: this.wallClock(),
      });
      this.announce(manager, [taskId]);
    }
    return { linked: true, started };
  }

  /**
   * The number to call for a task: of the customer whose `customers.id` its `customer_id` is, or else the number that it
   * is, in any writing. Of several the first.
   * @returns E.164
   * @throws DomainError TASK_NOT_FOUND, TASK_HAS_NO_NUMBER
   */
  async numberOf(taskId: number): Promise<string> {
    const task = await this.tasks.findOneBy({ id: taskId });
    if (task === null) throw new DomainError('TASK_NOT_FOUND', `There is no task ${taskId}`);
    if (task.customerId === REMOVED_CUSTOMER) throw withoutNumber(taskId, 'its customer was removed');
    const customerId = customerRowOf(task);
    const ofCustomer = customerId === null ? null : await this.customers.numbersOf(customerId);
    const isId = customerId !== null && !MOBILE_WITHOUT_ZERO.test(task.customerId.trim());
    const [number] = ofCustomer ?? (isId ? [] : numbersIn(task.customerId));
    if (number !== undefined) return number;
    throw withoutNumber(
      taskId,
      ofCustomer === null
        ? 'its customer_id is neither a telephone number nor the id of a customer'
        : 'its customer has none that is valid',
    );
  }

  private async isOf(manager: EntityManager, task: CallTask, e164: string): Promise<boolean> {
    if (isTaskOf(task, e164)) return true;
    const customerId = customerRowOf(task);
    return customerId !== null && (await this.customers.hasNumber(manager, customerId, e164));
  }

  /** Open tasks of these agents up to this day, by user id. */
  countOpenOf(manager: EntityManager, userIds: readonly number[]): Promise<ReadonlyMap<number, number>> {
    return manager.withRepository(this.tasks).countOpenOf(userIds, this.wallClock().slice(0, 10));
  }

  /** Ids of pending missed-call tasks of earlier days, the lowest first, at most `limit`. Not for use in a transaction. */
  findOverdue(afterId: number, limit: number): Promise<number[]> {
    return this.tasks.findOverdue(this.wallClock().slice(0, 10), afterId, limit);
  }

  /**
   * Moves those of these tasks that are overdue still to this day, and says so in their notes. Tasks that another
   * transaction has locked are left out.
   * @returns how many
   */
  async moveToToday(manager: EntityManager, ids: readonly number[]): Promise<number> {
    const now = this.wallClock();
    const taskDate = now.slice(0, 10);
    const tasks = manager.withRepository(this.tasks);
    const overdue = await tasks.lockOverdue(taskDate, ids);
    for (const { id, notes } of overdue) {
      await tasks.change(id, { taskDate, notes: withMovedLine(notes, taskDate), updatedAt: now });
    }
    this.announce(
      manager,
      overdue.map(({ id }) => id),
    );
    return overdue.length;
  }

  /**
   * Erases the customer from the missed-call tasks of a number; open ones become skipped, for nobody can be called back.
   * @param e164 E.164
   * @returns how many tasks
   */
  async eraseCustomer(manager: EntityManager, e164: string, dryRun: boolean): Promise<number> {
    const tasks = manager.withRepository(this.tasks);
    const ids = await tasks.eraseCustomer(e164, this.wallClock(), dryRun);
    if (!dryRun) this.announce(manager, ids);
    return ids.length;
  }

  private announce(manager: EntityManager, tasks: readonly number[]): void {
    if (tasks.length > 0) afterCommit(manager, () => this.feed.announce({ tasks }));
  }

  private wallClock(): string {
    return wallClock(this.clock.now(), this.config.businessTimeZone);
  }
}

function withoutNumber(taskId: number, why: string): DomainError {
  return new DomainError('TASK_HAS_NO_NUMBER', `Task ${taskId} has no number to call: ${why}`);
}
