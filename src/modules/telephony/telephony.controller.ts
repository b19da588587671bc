import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { IdPipe } from '../../common/http/id.pipe.js';
import { ApiErrors } from '../../common/errors/api-errors.decorator.js';
import { Access } from '../auth/access.decorator.js';
import type { AgentIdentity } from '../auth/agent-identity.js';
import { CurrentAgent } from '../auth/current-agent.decorator.js';
import { CallListDto, CallListQuery } from './calls/dto/call.dto.js';
import { CallDetailDto } from './dto/call-detail.dto.js';
import { CallEndedEvent } from './dto/webhook.dto.js';
import { WebhookAnswer } from './webhooks/webhook-answer.dto.js';
import { TelephonyService } from './telephony.service.js';
import type { Delivery } from './webhooks/inbox/webhook-delivery.js';
import { WebhookRoute } from './webhooks/ingress/webhook-route.decorator.js';

@Controller('telephony')
export class TelephonyController {
  constructor(private readonly telephony: TelephonyService) {}

  @WebhookRoute('one-shot', 'webhook/bracknet')
  @ApiTags('PBX webhooks')
  @ApiOperation({ summary: 'Any event, named in `event` or `status`' })
  @ApiBody({ type: CallEndedEvent })
  oneShot(delivery: Delivery): Promise<WebhookAnswer> {
    return this.telephony.handleBracknetEvent(delivery);
  }

  @Get('calls')
  @Access('staff')
  @ApiTags('Calls')
  @ApiOperation({ summary: 'Calls, newest first: agents see their own, supervisors all' })
  @ApiOkResponse({ type: CallListDto })
  @ApiErrors('VALIDATION_FAILED', 'PAGE_TOO_FAR')
  list(@CurrentAgent() agent: AgentIdentity, @Query() query: CallListQuery): Promise<CallListDto> {
    return this.telephony.listCalls(agent, query);
  }

  @Get('calls/:id')
  @Access('staff')
  @ApiTags('Calls')
  @ApiOperation({ summary: 'One call; for supervisors with everything the PBX said of it' })
  @ApiOkResponse({ type: CallDetailDto })
  @ApiErrors('VALIDATION_FAILED', 'CALL_NOT_FOUND')
  get(@CurrentAgent() agent: AgentIdentity, @Param('id', IdPipe) id: number): Promise<CallDetailDto> {
    return this.telephony.getCall(agent, id);
  }
}
