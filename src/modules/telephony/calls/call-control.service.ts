import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { DataSource } from 'typeorm';
import { telephonyConfig } from '../../../config/namespaces/telephony.config.js';
import { Clock } from '../../../common/time/clock.js';
import { DomainError } from '../../../common/errors/domain-error.js';
import { inTransaction } from '../../../database/transaction.js';
import type { AgentIdentity } from '../../auth/agent-identity.js';
import { Pbx } from './pbx.js';
import type { HangupResponse, TransferResponse } from './dto/call-control.dto.js';
import type { Call } from './call.entity.js';
import { CallStore, keysOfCall } from './call-store.js';
import { applyFacts } from './domain/apply-event.js';
import type { CallFacts } from './domain/facts/call-facts.js';
import { transferReport } from './domain/facts/facts-of-event.js';
import { CallRepository } from './call.repository.js';
import { isOver } from './domain/call-vocabulary.js';
import { isCallOf } from './domain/call-access.js';

/** Hangup and transfer. The row changes when the PBX reports it; the mock reports nothing, so this service ends the call. */
@Injectable()
export class CallControlService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly calls: CallRepository,
    private readonly callStore: CallStore,
    private readonly pbx: Pbx,
    private readonly clock: Clock,
    @Inject(telephonyConfig.KEY) private readonly config: ConfigType<typeof telephonyConfig>,
  ) {}

  /** @throws DomainError CALL_NOT_FOUND for another agent's call, PBX_* */
  async hangup(agent: AgentIdentity, externalCallId: string): Promise<HangupResponse> {
    const call = await this.find(agent, externalCallId);
    if (call === null || !isOver(call.status)) {
      if (call !== null) await this.calls.markRequested(call.id, 'hangupRequestedAt');
      await this.requestHangup(call, externalCallId);
      if (call !== null && this.pbx.mode === 'mock') await this.endInMock(call);
    }
    return { status: 'ended', mode: this.pbx.mode };
  }

  /** @throws DomainError CALL_NOT_FOUND for another agent's call, PBX_* */
  async transfer(agent: AgentIdentity, externalCallId: string, extension: string): Promise<TransferResponse> {
    const call = await this.find(agent, externalCallId);
    if (call !== null && isOver(call.status)) return { status: 'ended', mode: this.pbx.mode };
    if (call !== null) await this.calls.markRequested(call.id, 'transferRequestedAt');
    await this.pbx.transfer({ bracknet_call_id: externalCallId, transfer_extension: extension });
    if (call !== null) await this.merge(call, { reports: [transferReport(extension, this.clock.now())] });
    return { status: 'success', mode: this.pbx.mode };
  }

  /** A failed request leaves the call open, so its mark is removed; after a time-out the call may have ended. */
  private async requestHangup(call: Call | null, externalCallId: string): Promise<void> {
    try {
      await this.pbx.hangup({ bracknet_call_id: externalCallId });
    } catch (error) {
      const mayHaveEnded = error instanceof DomainError && error.code === 'PBX_TIMEOUT';
      if (call !== null && !mayHaveEnded) await this.calls.unmarkHangup(call.id);
      throw error;
    }
  }

  /** null: there is no row for it. The PBX may still know the call, so the request is sent anyway. */
  private async find(agent: AgentIdentity, externalCallId: string): Promise<Call | null> {
    const { provider } = this.config;
    const call = await this.calls.findByExternalId(provider, externalCallId);
    if (call !== null && !isCallOf(agent, call)) {
      throw new DomainError('CALL_NOT_FOUND', 'You have no call with this id');
    }
    return call;
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
