import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiErrors } from '../../../common/errors/api-errors.decorator.js';
import { Access } from '../../auth/access.decorator.js';
import type { AgentIdentity } from '../../auth/agent-identity.js';
import { CurrentAgent } from '../../auth/current-agent.decorator.js';
import { EraseNumberRequest, EraseNumberResponse } from './erasure.dto.js';
import { NumberErasure } from './number-erasure.service.js';

/** After so long no further batch begins, so that no client or proxy gives up waiting for the answer. */
const MOST_MS = 20_000;

@ApiTags('Erasures')
@Controller('telephony/erasures')
@Access('supervisor')
export class ErasuresController {
  constructor(private readonly erasure: NumberErasure) {}

  @Post()
  @HttpCode(200)
  @ApiOperation({ summary: 'Erases a customer’s number; unless told otherwise, only counts' })
  @ApiOkResponse({ type: EraseNumberResponse })
  @ApiErrors('VALIDATION_FAILED', 'FORBIDDEN', 'NUMBER_INVALID')
  async erase(
    @CurrentAgent() agent: AgentIdentity,
    @Body() request: EraseNumberRequest,
  ): Promise<EraseNumberResponse> {
    const signal = AbortSignal.timeout(MOST_MS);
    return { dryRun: request.dryRun, ...(await this.erasure.erase(agent, request, signal)) };
  }
}
