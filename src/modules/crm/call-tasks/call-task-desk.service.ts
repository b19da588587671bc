import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { DataSource } from 'typeorm';
import { telephonyConfig } from '../../../config/namespaces/telephony.config.js';
import { Clock } from '../../../common/time/clock.js';
import { DomainError } from '../../../common/errors/domain-error.js';
import { wallClock } from '../../../common/time/wall-clock.js';
import { afterCommit, inTransaction, sqlStateOf } from '../../../database/transaction.js';
import type { AgentIdentity } from '../../auth/agent-identity.js';
import { type Act, AuditService } from '../../audit/audit.service.js';
import { ChangeFeed } from '../../change-feed/change-feed.js';
import {
  type CallTaskDto,
  type CallTaskListDto,
  type CallTaskListQuery,
  type ChangeCallTaskRequest,
  toCallTaskDto,
} from './call-task.dto.js';
import type { CallTask } from './call-task.entity.js';
import { CallTaskRepository } from './call-task.repository.js';
import { haveSameCustomer } from './task-customer.js';
import { noteLines } from './task-notes.js';
import { canTransition } from './task-transitions.js';
import { MISSED_CALL } from './task-unit-of-work.js';

const UNIQUE_VIOLATION = '23505';

/** Use cases of the call desk's staff: list tasks and change them. */
@Injectable()
export class CallTaskDeskService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly tasks: CallTaskRepository,
    private readonly audit: AuditService,
    private readonly feed: ChangeFeed,
    private readonly clock: Clock,
    @Inject(telephonyConfig.KEY) private readonly config: ConfigType<typeof telephonyConfig>,
  ) {}

  /** Newest first. */
  async list(query: CallTaskListQuery): Promise<CallTaskListDto> {
    const { page, limit } = query;
    const tasks = await this.tasks.matching(query);
    const [items, total] = await tasks
      .orderBy('task.id', 'DESC')
      .skip((page - 1) * limit)
      .take(limit)
      .getManyAndCount();
    return { items: items.map(toCallTaskDto), total, page, limit };
  }

  /** @throws DomainError TASK_NOT_FOUND */
  async get(id: number): Promise<CallTaskDto> {
    const task = await this.tasks.findOneBy({ id });
    if (task === null) throw notFound(id);
    return toCallTaskDto(task);
  }

  /** @throws DomainError TASK_NOT_FOUND, TASK_MOVE_ILLEGAL, TASK_ALREADY_PENDING */
  change(agent: AgentIdentity, id: number, request: ChangeCallTaskRequest): Promise<CallTaskDto> {
    const act: Act = { agent, action: 'task.update', subject: `task:${id}` };
    return this.audit.recordingRefusals(act, () => this.changeAs(act, id, request));
  }

  private async changeAs(
    act: Act,
    id: number,
    { status, callOutcome, note }: ChangeCallTaskRequest,
  ): Promise<CallTaskDto> {
    try {
      return await inTransaction(this.dataSource, async (manager) => {
        const tasks = manager.withRepository(this.tasks);
        const task = await tasks.lockById(id);
        if (task === null) throw notFound(id);
        if (status !== undefined && !canTransition(task.status, status)) {
          throw new DomainError('TASK_MOVE_ILLEGAL', `A task that is ${task.status} cannot become ${status}`);
        }
        if (status === 'pending' && task.status === 'in_progress' && task.callReason === MISSED_CALL) {
          await assertNoOtherIsPending(tasks, task);
        }
        const now = wallClock(this.clock.now(), this.config.businessTimeZone);
        const completes = status === 'completed' && task.status !== 'completed';
        await tasks.change(id, {
          ...(status !== undefined && { status }),
          ...(callOutcome !== undefined && { callOutcome }),
          ...(note !== undefined && { line: noteLines(note) }),
          ...(completes && { completedAt: now }),
          updatedAt: now,
        });
        await this.audit.record(manager, act);
        afterCommit(manager, () => this.feed.announce({ tasks: [id] }));
        const changed = await tasks.findOneBy({ id });
        return toCallTaskDto(changed ?? task);
      });
    } catch (error) {
      // Another error than a violation of the index that keeps one pending missed-call task per customer.
      if (sqlStateOf(error) !== UNIQUE_VIOLATION) throw error;
      throw alreadyPending();
    }
  }
}

/** The unique index compares `customer_id` as text: another task may hold the same number in another writing. */
async function assertNoOtherIsPending(tasks: CallTaskRepository, task: CallTask): Promise<void> {
  const open = await tasks.loadForUpdate([], [task.id]);
  const isOther = (other: CallTask): boolean =>
    other.id !== task.id && other.callReason === MISSED_CALL && other.status === 'pending';
  if (open.some((other) => isOther(other) && haveSameCustomer(task, other))) throw alreadyPending();
}

function notFound(id: number): DomainError {
  return new DomainError('TASK_NOT_FOUND', `There is no task ${id}`);
}

function alreadyPending(): DomainError {
  return new DomainError(
    'TASK_ALREADY_PENDING',
    'Another missed-call task of this customer is pending already',
  );
}
