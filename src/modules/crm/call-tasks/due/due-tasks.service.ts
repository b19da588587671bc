import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { Clock } from '../../../../common/time/clock.js';
import { dayOf } from '../../../../common/time/wall-clock.js';
import { telephonyConfig } from '../../../../config/namespaces/telephony.config.js';
import { CallerFactsService } from '../../customers/caller-facts.service.js';
import { CustomersService } from '../../customers/customers.service.js';
import { numbersIn } from '../../phone-keys.js';
import { toCallTaskDto } from '../call-task.dto.js';
import type { CallTask } from '../call-task.entity.js';
import { CallTaskRepository } from '../call-task.repository.js';
import { customerRowOf } from '../task-customer.js';
import type { DueTaskDto, DueTaskListDto } from './due-task.dto.js';

/** What an agent has to do now: own tasks, and missed customers whom nobody was given to. */
@Injectable()
export class DueTasksService {
  constructor(
    private readonly tasks: CallTaskRepository,
    private readonly customers: CustomersService,
    private readonly callers: CallerFactsService,
    private readonly clock: Clock,
    @Inject(telephonyConfig.KEY) private readonly config: ConfigType<typeof telephonyConfig>,
  ) {}

  async ofAgent(userId: number): Promise<DueTaskListDto> {
    const today = dayOf(this.clock.now(), this.config.businessTimeZone);
    const tasks = await this.tasks.findDue(userId, today);
    return { items: await this.withCustomers(tasks), today };
  }

  private async withCustomers(tasks: readonly CallTask[]): Promise<DueTaskDto[]> {
    const ids = tasks.map(customerRowOf).filter((id) => id !== null);
    const numberOf = (task: CallTask): string | null =>
      customerRowOf(task) === null ? (numbersIn(task.customerId)[0] ?? null) : null;
    const numbers = tasks.map(numberOf).filter((number) => number !== null);
    const byId = await this.customers.contactsOf(ids);
    const byNumber = await this.callers.forNumbers(numbers);
    return tasks.map((task) => {
      const row = customerRowOf(task);
      const contact = row === null ? null : byId.get(row);
      const number = numberOf(task);
      const caller = number === null ? undefined : byNumber.get(number);
      return {
        ...toCallTaskDto(task),
        customerName: contact?.name ?? caller?.customer?.name ?? null,
        customerNumber: number ?? contact?.number ?? null,
      };
    });
  }
}
