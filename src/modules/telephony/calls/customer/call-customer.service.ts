import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { DomainError } from '../../../../common/errors/domain-error.js';
import { Clock } from '../../../../common/time/clock.js';
import { inTransaction } from '../../../../database/transaction.js';
import { type Act, AuditService } from '../../../audit/audit.service.js';
import type { AgentIdentity } from '../../../auth/agent-identity.js';
import { CallerChoicesService } from '../../../crm/customers/caller-choices.service.js';
import { CustomersService } from '../../../crm/customers/customers.service.js';
import { CallStore, keysOfCall } from '../call-store.js';
import { isCallOf } from '../domain/call-access.js';
import { callNotFound } from '../log/call-log.service.js';

/** Who the customer of a call is, as the staff says. */
@Injectable()
export class CallCustomerService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly callStore: CallStore,
    private readonly customers: CustomersService,
    private readonly choices: CallerChoicesService,
    private readonly audit: AuditService,
    private readonly clock: Clock,
  ) {}

  /**
   * Stores the customer of a call, and remembers the choice for later calls of its number.
   * @param customerId `customers.id`; null: none of the customers with the number
   * @throws DomainError CALL_NOT_FOUND, CUSTOMER_NOT_MATCHING
   */
  choose(agent: AgentIdentity, callId: number, customerId: number | null): Promise<void> {
    const act: Act = { agent, action: 'call.customer', subject: `call:${callId}` };
    return this.audit.recordingRefusals(act, () =>
      inTransaction(this.dataSource, async (manager) => {
        const unitOfWork = await this.callStore.load(manager, [keysOfCall(callId, this.clock.now())]);
        const call = unitOfWork.find(({ id }) => id === callId);
        if (call === null || !isCallOf(agent, call)) throw callNotFound(callId);
        const { customerNumberE164: number } = call;
        if (number === null)
          throw notMatching(`Call ${callId} has no telephone number to choose a customer for`);
        if (customerId !== null) await this.assertHasNumber(manager, customerId, number);
        await this.choices.remember(manager, { numberE164: number, customerId, chosenBy: agent.userId });
        call.customerId = customerId;
        unitOfWork.markChanged(call);
        await this.audit.record(manager, act);
        await this.callStore.flush(manager, unitOfWork);
      }),
    );
  }

  private async assertHasNumber(manager: EntityManager, customerId: number, number: string): Promise<void> {
    if (await this.customers.isMatch(manager, customerId, number)) return;
    throw notMatching(
      `There is no customer ${customerId} with the number of this call. Choose one of the matches of its screen-pop, or null for none of them`,
    );
  }
}

function notMatching(message: string): DomainError {
  return new DomainError('CUSTOMER_NOT_MATCHING', message, [
    {
      field: 'customerId',
      problem: 'must be a customer with the number of the call, or null',
      rule: 'unsuitable',
    },
  ]);
}
