import { Body, Controller, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiHeader, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiErrors } from '../../common/errors/api-errors.decorator.js';
import { IdempotencyKey } from '../../common/http/idempotency-key.decorator.js';
import { Access } from '../auth/access.decorator.js';
import type { AgentIdentity } from '../auth/agent-identity.js';
import { CurrentAgent } from '../auth/current-agent.decorator.js';
import { INITIATE_ERRORS } from './calls/dto/call-control.errors.js';
import { InitiateCallRequest, InitiateCallResponse } from './calls/dto/initiate-call.dto.js';
import { TaskCallService } from './calls/start/task-call.service.js';

/** The button "Call" on the CRM's tasks. */
@ApiTags('Call control')
@Controller('telephony/calls')
export class TaskCallsController {
  constructor(private readonly taskCalls: TaskCallService) {}

  @Post('initiate')
  @Access('staff')
  @ApiOperation({ summary: 'Calls the customer of a task: rings the agent, then the customer' })
  @ApiHeader({
    name: 'Idempotency-Key',
    required: false,
    description: 'The same key gives the same answer, and one call.',
  })
  @ApiCreatedResponse({ type: InitiateCallResponse })
  @ApiErrors(...INITIATE_ERRORS)
  initiate(
    @CurrentAgent() agent: AgentIdentity,
    @Body() request: InitiateCallRequest,
    @IdempotencyKey() key: string | null,
  ): Promise<InitiateCallResponse> {
    return this.taskCalls.initiate(agent, request, key);
  }
}
