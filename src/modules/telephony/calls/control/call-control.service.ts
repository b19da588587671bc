import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { DataSource } from 'typeorm';
import { assertExtension } from '../../../../common/extension.js';
import { Clock } from '../../../../common/time/clock.js';
import { telephonyConfig } from '../../../../config/namespaces/telephony.config.js';
import { inTransaction } from '../../../../database/transaction.js';
import type { AgentIdentity } from '../../../auth/agent-identity.js';
import type { Call } from '../call.entity.js';
import { CallStore, keysOfCall } from '../call-store.js';
import { applyFacts } from '../domain/apply-event.js';
import type { CallFacts } from '../domain/facts/call-facts.js';
import { transferReport } from '../domain/facts/facts-of-event.js';
import type { HangupResponse, TransferResponse } from '../dto/call-control.dto.js';
import { Pbx } from '../pbx.js';
import { ControlledCallService } from './controlled-call.service.js';

/** Hangup and transfer. The row changes when the PBX reports it; the mock reports nothing, so this service ends the call. */
@Injectable()
export class CallControlService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly controlled: ControlledCallService,
    private readonly callStore: CallStore,
    private readonly pbx: Pbx,
    private readonly clock: Clock,
    @Inject(telephonyConfig.KEY) private readonly config: ConfigType<typeof telephonyConfig>,
  ) {}

  /** @throws DomainError CALL_NOT_FOUND, PBX_* */
  async hangup(agent: AgentIdentity, id: string): Promise<HangupResponse> {
    const request = { agent, action: 'call.hangup', externalCallId: id } as const;
    const target = await this.controlled.request(request);
    if (target.auditId !== null) {
      try {
        await this.pbx.hangup({ bracknet_call_id: target.externalCallId });
      } catch (error) {
        await this.controlled.recordFailure(target, request, error);
        throw error;
      }
      if (target.call !== null && this.pbx.mode === 'mock') await this.endInMock(target.call);
    }
    return { status: 'ended', mode: this.pbx.mode };
  }

  /** @throws DomainError CALL_NOT_FOUND, VALIDATION_FAILED, NUMBER_EMERGENCY, NUMBER_SHORT_CODE, PBX_* */
  async transfer(agent: AgentIdentity, id: string, extension: string): Promise<TransferResponse> {
    const request = { agent, action: 'call.transfer', externalCallId: id } as const;
    const target = await this.controlled.request(request, () =>
      assertExtension(extension, 'transfer_extension', this.config.extensions),
    );
    if (target.auditId === null) return { status: 'ended', mode: this.pbx.mode };
    try {
      await this.pbx.transfer({ bracknet_call_id: target.externalCallId, transfer_extension: extension });
    } catch (error) {
      await this.controlled.recordFailure(target, request, error);
      throw error;
    }
    if (target.call !== null) {
      await this.recordTransfer(target.call, extension);
    }
    return { status: 'success', mode: this.pbx.mode };
  }

  private recordTransfer({ id }: Call, extension: string): Promise<void> {
    return inTransaction(this.dataSource, async (manager) => {
      const at = this.clock.now();
      const unitOfWork = await this.callStore.load(manager, [keysOfCall(id, at)], [{ extension, at }]);
      applyFacts(unitOfWork, id, { reports: [transferReport(extension, at, unitOfWork.extensions)] });
      await this.callStore.flush(manager, unitOfWork);
    });
  }

  private endInMock(call: Call): Promise<void> {
    const at = this.clock.now().toISOString();
    const ended = {
      type: 'ended',
      at,
      source: 'received',
      receivedAt: at,
      endReason: 'agent_hangup',
    } as const;
    return this.merge(call, { reports: [ended] });
  }

  private merge({ id }: Call, facts: CallFacts): Promise<void> {
    return inTransaction(this.dataSource, async (manager) => {
      const unitOfWork = await this.callStore.load(manager, [keysOfCall(id, this.clock.now())]);
      applyFacts(unitOfWork, id, facts);
      await this.callStore.flush(manager, unitOfWork);
    });
  }
}
