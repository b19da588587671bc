import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { CallTasksService } from '../call-tasks/call-tasks.service.js';
import { CallerChoicesService } from '../customers/caller-choices.service.js';

/** Removes what is kept of a number beside the CRM's own records of customers. */
@Injectable()
export class CustomerErasure {
  constructor(
    private readonly tasks: CallTasksService,
    private readonly choices: CallerChoicesService,
  ) {}

  /**
   * Erases the customer from the missed-call tasks of a number, and forgets whom the staff chose for it.
   * @param e164 E.164
   * @returns how many tasks
   */
  async erase(manager: EntityManager, e164: string, dryRun: boolean): Promise<number> {
    if (!dryRun) await this.choices.forget(manager, e164);
    return this.tasks.eraseCustomer(manager, e164, dryRun);
  }
}
