import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiErrors } from '../../common/errors/api-errors.decorator.js';
import { IdPipe } from '../../common/http/id.pipe.js';
import { Access } from '../auth/access.decorator.js';
import type { AgentIdentity } from '../auth/agent-identity.js';
import { CurrentAgent } from '../auth/current-agent.decorator.js';
import { CallLogService } from './calls/log/call-log.service.js';
import { CallClearing } from './calls/control/call-clearing.service.js';
import { ClearCallRequest } from './calls/dto/call-control.dto.js';
import { RecordedCallDto } from './calls/dto/call.dto.js';

@ApiTags('Calls')
@Controller('telephony/calls')
export class CallClearingController {
  constructor(
    private readonly clearing: CallClearing,
    private readonly log: CallLogService,
  ) {}

  @Post(':id/clear')
  @HttpCode(200)
  @Access('supervisor')
  @ApiOperation({ summary: 'Ends a call that is stuck; what the PBX reports later corrects it' })
  @ApiOkResponse({ type: RecordedCallDto })
  @ApiErrors('VALIDATION_FAILED', 'FORBIDDEN', 'CALL_NOT_FOUND', 'CALL_ALREADY_OVER')
  async clear(
    @CurrentAgent() agent: AgentIdentity,
    @Param('id', IdPipe) id: number,
    @Body() { reason }: ClearCallRequest,
  ): Promise<RecordedCallDto> {
    await this.clearing.clear(agent, id, reason);
    return this.log.get(agent, id);
  }
}
