import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { DomainError } from '../../../../common/errors/domain-error.js';
import { inTransaction } from '../../../../database/transaction.js';
import { type Act, AuditService } from '../../../audit/audit.service.js';
import type { AgentIdentity } from '../../../auth/agent-identity.js';
import { CallStore, keysOfCall } from '../call-store.js';
import { applyFacts } from '../domain/apply-event.js';
import { isOver } from '../domain/call-vocabulary.js';
import { inferredEndFor, isHistory, ruleOf } from '../domain/sweep-rules.js';

/** Ends calls of which the PBX reports nothing any more, before the sweeper would. */
@Injectable()
export class CallClearing {
  constructor(
    private readonly dataSource: DataSource,
    private readonly callStore: CallStore,
    private readonly audit: AuditService,
  ) {}

  /**
   * The call gets the end that the sweeper would infer; what the PBX reports later corrects it.
   * @throws DomainError CALL_NOT_FOUND, CALL_ALREADY_OVER
   */
  async clear(supervisor: AgentIdentity, id: number, reason: string): Promise<void> {
    const act: Act = { agent: supervisor, action: 'call.clear', subject: `call:${id}` };
    await this.audit.recordingRefusals(act, () =>
      inTransaction(this.dataSource, async (manager) => {
        const unitOfWork = await this.callStore.load(manager, [keysOfCall(id, new Date())]);
        const call = unitOfWork.find((other) => other.id === id);
        if (call === null) throw new DomainError('CALL_NOT_FOUND', `There is no call ${id}`);
        if (isOver(call.status)) {
          throw new DomainError('CALL_ALREADY_OVER', `Call ${id} is over already: there is nothing to clear`);
        }
        const { now } = unitOfWork;
        if (isHistory(call, now)) unitOfWork.markHistorical(call);
        const cleared = { at: now.toISOString(), by: supervisor.userId, reason };
        const inferredEnd = inferredEndFor(ruleOf(call), call, now);
        applyFacts(unitOfWork, id, { inferredEnd }, { meta: { cleared } });
        await this.callStore.flush(manager, unitOfWork);
        await this.audit.record(manager, act);
      }),
    );
  }
}
