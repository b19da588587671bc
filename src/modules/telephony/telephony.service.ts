import { Injectable } from '@nestjs/common';
import type { AgentIdentity } from '../auth/agent-identity.js';
import { CallControlService } from './calls/control/call-control.service.js';
import { CallLogService } from './calls/call-log.service.js';
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

  listCalls(agent: AgentIdentity, query: CallListQuery): Promise<CallListDto> {
    return this.log.list(agent, query);
  }

  /**
   * For supervisors, with the receipts of the call's events: the look is recorded.
   * @throws DomainError CALL_NOT_FOUND
   */
  async getCall(agent: AgentIdentity, id: number): Promise<CallDetailDto> {
    const call = await this.log.get(agent, id);
    if (agent.role !== 'supervisor') return call;
    return { ...call, receipts: (await this.receipts.ofCall(agent, id)).map(toCallReceiptDto) };
  }
}
