import { Inject, Injectable, Logger } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { DataSource } from 'typeorm';
import { DomainError } from '../../../../common/errors/domain-error.js';
import { maskNumbersIn } from '../../../../common/phone-number.js';
import { telephonyConfig } from '../../../../config/namespaces/telephony.config.js';
import { inTransaction } from '../../../../database/transaction.js';
import { AuditService, codeOf } from '../../../audit/audit.service.js';
import type { AgentIdentity } from '../../../auth/agent-identity.js';
import type { Call } from '../call.entity.js';
import { CallRepository } from '../call.repository.js';
import { CallStore } from '../call-store.js';
import { controlledCall } from '../domain/call-access.js';
import { isOver } from '../domain/call-vocabulary.js';
import { Pbx } from '../pbx.js';

/** What a user asks of the PBX for a call. */
export interface ControlRequest {
  readonly agent: AgentIdentity;
  readonly action: 'call.hangup' | 'call.transfer';
  /** As the client wrote it. */
  readonly externalCallId: string;
}

/** A call that a user may control. */
export interface ControlledCall {
  /** null: no row has the id. The PBX may know it. */
  readonly call: Call | null;
  /** As the PBX wrote it, where it is known. */
  readonly externalCallId: string;
  /** The entry in the audit; null: the call is over, and nothing is asked of the PBX. */
  readonly auditId: string | null;
}

const REQUESTED_COLUMN = {
  'call.hangup': 'hangupRequestedAt',
  'call.transfer': 'transferRequestedAt',
} as const;

/** Finds the call of a hangup or transfer, and stores the request with its audit. */
@Injectable()
export class ControlledCallService {
  private readonly logger = new Logger(ControlledCallService.name);

  constructor(
    private readonly dataSource: DataSource,
    private readonly calls: CallRepository,
    private readonly callStore: CallStore,
    private readonly audit: AuditService,
    private readonly pbx: Pbx,
    @Inject(telephonyConfig.KEY) private readonly config: ConfigType<typeof telephonyConfig>,
  ) {}

  /**
   * Finds the call and, unless it is over, marks it as requested.
   * @param check throws when the request is refused whatever the call is
   * @throws DomainError CALL_NOT_FOUND for another agent's call, and in live mode for an id that no row has, unless a
   * supervisor asks
   */
  async request(request: ControlRequest, check: () => void = () => {}): Promise<ControlledCall> {
    const { agent, action, externalCallId } = request;
    const refused = { agent, action, subject: unknownSubject(externalCallId) };
    const call = await this.audit.recordingRefusals(refused, async () => {
      check();
      return this.find(agent, externalCallId);
    });
    const id = call?.externalCallId ?? externalCallId;
    if (call !== null && isOver(call.status)) return { call, externalCallId: id, auditId: null };
    const auditId = await inTransaction(this.dataSource, async (manager) => {
      if (call !== null) {
        await manager.withRepository(this.calls).markRequested(call.id, REQUESTED_COLUMN[action]);
        this.callStore.announce(manager, [call]);
      }
      const subject = call === null ? unknownSubject(id) : `call:${call.id}`;
      return this.audit.record(manager, { agent, action, subject });
    });
    return { call, externalCallId: id, auditId };
  }

  /**
   * The PBX did not take the request. A failed hangup leaves the call open; after a time-out it may have ended. The user is
   * answered with the error of the PBX, also when it cannot be stored.
   */
  async recordFailure(
    { call, auditId }: ControlledCall,
    { action }: ControlRequest,
    failure: unknown,
  ): Promise<void> {
    const mayHaveEnded = failure instanceof DomainError && failure.code === 'PBX_TIMEOUT';
    try {
      await inTransaction(this.dataSource, async (manager) => {
        if (call !== null && action === 'call.hangup' && !mayHaveEnded) {
          await manager.withRepository(this.calls).unmarkHangup(call.id);
          this.callStore.announce(manager, [call]);
        }
        if (auditId !== null) await this.audit.fail(manager, auditId, codeOf(failure));
      });
    } catch (error) {
      this.logger.error(`The failure of a request (${action}) could not be stored`, error);
    }
  }

  private async find(agent: AgentIdentity, externalCallId: string): Promise<Call | null> {
    const { provider } = this.config;
    const matches = await this.calls.findByExternalIdKey(provider, externalCallId);
    const call = controlledCall(agent, externalCallId, matches);
    const mayPassOn = this.pbx.mode === 'mock' || agent.role === 'supervisor';
    if (call === 'forbidden' || (call === null && !mayPassOn)) {
      throw new DomainError(
        'CALL_NOT_FOUND',
        'You have no call with this id. Only a supervisor may control a call that is not in the list of calls',
      );
    }
    return call;
  }
}

/** A client may send a telephone number instead of an id. */
function unknownSubject(externalCallId: string): string {
  return `bracknet:${maskNumbersIn(externalCallId)}`;
}
