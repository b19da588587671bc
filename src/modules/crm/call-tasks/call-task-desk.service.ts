import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { DataSource } from 'typeorm';
import { telephonyConfig } from '../../../config/namespaces/telephony.config.js';
import { Clock } from '../../../common/time/clock.js';
import { DomainError } from '../../../common/errors/domain-error.js';
import { e164Of, writtenForms } from '../../../common/phone-number.js';
import { wallClock } from '../../../common/time/wall-clock.js';
import { inTransaction, sqlStateOf } from '../../../database/transaction.js';
import {
  type CallTaskDto,
  type CallTaskListDto,
  type CallTaskListQuery,
  type ChangeCallTaskRequest,
  toCallTaskDto,
} from './call-task.dto.js';
import { CallTaskRepository } from './call-task.repository.js';
import { canTransition } from './task-transitions.js';

const UNIQUE_VIOLATION = '23505';

/** Use cases of the call desk's staff: list tasks and change them. */
@Injectable()
export class CallTaskDeskService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly tasks: CallTaskRepository,
    private readonly clock: Clock,
    @Inject(telephonyConfig.KEY) private readonly config: ConfigType<typeof telephonyConfig>,
  ) {}

  /** Newest first. */
  async list({ status, reason, customerPhone, page, limit }: CallTaskListQuery): Promise<CallTaskListDto> {
    const tasks = this.tasks.createQueryBuilder('task');
    if (status !== undefined) tasks.andWhere('task.status = :status', { status });
    if (reason !== undefined) tasks.andWhere('task.call_reason = :reason', { reason });
    if (customerPhone !== undefined) {
      const e164 = e164Of(customerPhone);
      const forms = e164 === null ? [customerPhone] : writtenForms(e164);
      tasks.andWhere('task.customer_id IN (:...forms)', { forms });
    }
    const [items, total] = await tasks
      .orderBy('task.id', 'DESC')
      .skip((page - 1) * limit)
      .take(limit)
      .getManyAndCount();
    return { items: items.map(toCallTaskDto), total, page, limit };
  }

  /** @throws DomainError TASK_NOT_FOUND, TASK_MOVE_ILLEGAL, TASK_ALREADY_PENDING */
  async change(id: number, { status, callOutcome, note }: ChangeCallTaskRequest): Promise<CallTaskDto> {
    try {
      return await inTransaction(this.dataSource, async (manager) => {
        const tasks = manager.withRepository(this.tasks);
        const task = await tasks.lockById(id);
        if (task === null) throw new DomainError('TASK_NOT_FOUND', `There is no task ${id}`);
        if (status !== undefined && !canTransition(task.status, status)) {
          throw new DomainError('TASK_MOVE_ILLEGAL', `A task that is ${task.status} cannot become ${status}`);
        }
        const now = wallClock(this.clock.now(), this.config.businessTimeZone);
        const completes = status === 'completed' && task.status !== 'completed';
        await tasks.change(id, {
          ...(status !== undefined && { status }),
          ...(callOutcome !== undefined && { callOutcome }),
          ...(note !== undefined && { line: note }),
          ...(completes && { completedAt: now }),
          updatedAt: now,
        });
        const changed = await tasks.findOneBy({ id });
        return toCallTaskDto(changed ?? task);
      });
    } catch (error) {
      // Another error than a violation of the index that keeps one pending missed-call task per customer.
      if (sqlStateOf(error) !== UNIQUE_VIOLATION) throw error;
      throw new DomainError(
        'TASK_ALREADY_PENDING',
        'Another missed-call task of this customer is pending already',
      );
    }
  }
}
