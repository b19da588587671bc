import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiBody, ApiHeader, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiErrors } from '../../common/errors/api-errors.decorator.js';
import { IdempotencyKey } from '../../common/http/idempotency-key.decorator.js';
import { Access } from '../auth/access.decorator.js';
import type { AgentIdentity } from '../auth/agent-identity.js';
import { CurrentAgent } from '../auth/current-agent.decorator.js';
import { HANGUP_ERRORS, START_ERRORS, TRANSFER_ERRORS } from './calls/dto/call-control.errors.js';
import {
  HangupRequest,
  HangupResponse,
  StartCallRequest,
  StartCallResponse,
  TransferRequest,
  TransferResponse,
} from './calls/dto/call-control.dto.js';
import {
  CallAnsweredEvent,
  CallEndedEvent,
  CallMissedEvent,
  CallRecordingEvent,
  IncomingCallEvent,
} from './dto/webhook.dto.js';
import { WebhookAnswer } from './webhooks/webhook-answer.dto.js';
import { TelephonyService } from './telephony.service.js';
import type { Delivery } from './webhooks/inbox/webhook-delivery.js';
import { WebhookRoute } from './webhooks/ingress/webhook-route.decorator.js';

@ApiTags('Call control')
@Controller('call')
export class CallControlController {
  constructor(private readonly telephony: TelephonyService) {}

  @Post('start')
  @HttpCode(200)
  @Access('staff')
  @ApiOperation({ summary: 'Click to call: rings the agent, then the customer' })
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description: 'The same key gives the same answer, and one call.',
  })
  @ApiOkResponse({ type: StartCallResponse })
  @ApiErrors(...START_ERRORS)
  start(
    @CurrentAgent() agent: AgentIdentity,
    @Body() request: StartCallRequest,
    @IdempotencyKey() key: string | null,
  ): Promise<StartCallResponse> {
    return this.telephony.bracknetStartCall(agent, request, key);
  }

  @Post('hangup')
  @HttpCode(200)
  @Access('staff')
  @ApiOperation({ summary: 'Asks the PBX to end a call' })
  @ApiOkResponse({ type: HangupResponse })
  @ApiErrors(...HANGUP_ERRORS)
  hangup(@CurrentAgent() agent: AgentIdentity, @Body() request: HangupRequest): Promise<HangupResponse> {
    return this.telephony.bracknetHangup(agent, request);
  }

  @Post('transfer')
  @HttpCode(200)
  @Access('staff')
  @ApiOperation({ summary: 'Asks the PBX to hand a call to another extension' })
  @ApiOkResponse({ type: TransferResponse })
  @ApiErrors(...TRANSFER_ERRORS)
  transfer(
    @CurrentAgent() agent: AgentIdentity,
    @Body() request: TransferRequest,
  ): Promise<TransferResponse> {
    return this.telephony.bracknetTransfer(agent, request);
  }
}

@ApiTags('PBX webhooks')
@Controller('webhook/bracknet')
export class BracknetWebhookController {
  constructor(private readonly telephony: TelephonyService) {}

  @WebhookRoute('incoming-call')
  @ApiOperation({ summary: 'A customer’s call rings an agent' })
  @ApiBody({ type: IncomingCallEvent })
  incomingCall(delivery: Delivery): Promise<WebhookAnswer> {
    return this.telephony.handleBracknetEvent(delivery);
  }

  @WebhookRoute('call-answered')
  @ApiOperation({ summary: 'A call was answered; from a second extension: it was transferred' })
  @ApiBody({ type: CallAnsweredEvent })
  callAnswered(delivery: Delivery): Promise<WebhookAnswer> {
    return this.telephony.handleBracknetEvent(delivery);
  }

  @WebhookRoute('call-ended')
  @ApiOperation({ summary: 'A call is over' })
  @ApiBody({ type: CallEndedEvent })
  callEnded(delivery: Delivery): Promise<WebhookAnswer> {
    return this.telephony.handleBracknetEvent(delivery);
  }

  @WebhookRoute('call-recording')
  @ApiOperation({ summary: 'The recording of a call can be fetched' })
  @ApiBody({ type: CallRecordingEvent })
  callRecording(delivery: Delivery): Promise<WebhookAnswer> {
    return this.telephony.handleBracknetEvent(delivery);
  }

  @WebhookRoute('call-missed')
  @ApiOperation({ summary: 'Nobody answered a customer’s call' })
  @ApiBody({ type: CallMissedEvent })
  callMissed(delivery: Delivery): Promise<WebhookAnswer> {
    return this.telephony.handleBracknetEvent(delivery);
  }
}
