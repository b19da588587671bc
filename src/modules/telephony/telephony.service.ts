import { Injectable } from '@nestjs/common';
import { AuditService } from '../audit/audit.service.js';
import { type AgentIdentity, seesAllCalls } from '../auth/agent-identity.js';
import { CallControlService } from './calls/control/call-control.service.js';
import { CallLogService } from './calls/log/call-log.service.js';
import { StartCallService } from './calls/start/start-call.service.js';
import type {
  HangupRequest,
  HangupResponse,
  StartCallRequest,
  StartCallResponse,
  TransferRequest,
  TransferResponse,
} from './calls/dto/call-control.dto.js';
import type { CallListDto, CallListQuery } from './calls/dto/call.dto.js';
import { type CallDetailDto, toCallReceiptDto } from './dto/call-detail.dto.js';
import { WebhookReceiptsService } from './webhooks/inbox/receipts/webhook-receipts.service.js';
import type { WebhookAnswer } from './webhooks/webhook-answer.dto.js';
import type { Delivery } from './webhooks/inbox/webhook-delivery.js';
import { WebhookIntake } from './webhooks/inbox/webhook-intake.js';

/** Facade over the use cases of telephony, with the method names of the contract. */
@Injectable()
export class TelephonyService {
  constructor(
    private readonly startCall: StartCallService,
    private readonly callControl: CallControlService,
    private readonly intake: WebhookIntake,
    private readonly log: CallLogService,
    private readonly receipts: WebhookReceiptsService,
    private readonly audit: AuditService,
  ) {}

  bracknetStartCall(
    agent: AgentIdentity,
    request: StartCallRequest,
    key: string | null,
  ): Promise<StartCallResponse> {
    return this.startCall.start(agent, request, key);
  }

  bracknetHangup(agent: AgentIdentity, request: HangupRequest): Promise<HangupResponse> {
    return this.callControl.hangup(agent, request.bracknet_call_id);
  }

  bracknetTransfer(agent: AgentIdentity, request: TransferRequest): Promise<TransferResponse> {
    return this.callControl.transfer(agent, request.bracknet_call_id, request.transfer_extension);
  }

  async handleBracknetEvent(delivery: Delivery): Promise<WebhookAnswer> {
    return { status: 'ok', result: await this.intake.accept(delivery) };
  }

  /** What the PBX sent of other agents' calls shows full numbers beyond one's own work: the look of who sees all is recorded. */
  async listCalls(agent: AgentIdentity, query: CallListQuery): Promise<CallListDto> {
    const calls = await this.log.list(agent, query);
    if (seesAllCalls(agent) && query.include?.includes('meta') === true) {
      await this.audit.recordLook({ agent, action: 'number.view', subject: 'calls' });
    }
    return calls;
  }

  /**
   * For supervisors, with the receipts of the call's events. The look of whoever sees all calls is recorded.
   * @throws DomainError CALL_NOT_FOUND
   */
  async getCall(agent: AgentIdentity, id: number): Promise<CallDetailDto> {
    const call = await this.log.get(agent, id);
    if (agent.role !== 'supervisor') {
      if (seesAllCalls(agent)) {
        await this.audit.recordLook({ agent, action: 'number.view', subject: `call:${id}` });
      }
      return call;
    }
    return { ...call, receipts: (await this.receipts.ofCall(agent, id)).map(toCallReceiptDto) };
  }
}
