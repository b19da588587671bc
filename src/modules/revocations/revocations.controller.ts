import { Body, Controller, Delete, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiErrors } from '../../common/errors/api-errors.decorator.js';
import { IdPipe } from '../../common/http/id.pipe.js';
import { PageQuery } from '../../common/http/page-query.js';
import { Access } from '../auth/access.decorator.js';
import type { AgentIdentity } from '../auth/agent-identity.js';
import { CurrentAgent } from '../auth/current-agent.decorator.js';
import { RevocationDto, RevocationListDto, RevokeRequest, toRevocationDto } from './revocation.dto.js';
import { RevocationsService } from './revocations.service.js';

@ApiTags('Revocations')
@Controller('telephony/revocations')
@Access('supervisor')
export class RevocationsController {
  constructor(private readonly revocations: RevocationsService) {}

  @Post()
  @HttpCode(200)
  @ApiOperation({ summary: 'Refuses all tokens of a user that were issued until now' })
  @ApiOkResponse({ type: RevocationDto })
  @ApiErrors('VALIDATION_FAILED', 'FORBIDDEN')
  async revoke(
    @CurrentAgent() agent: AgentIdentity,
    @Body() { userId, reason }: RevokeRequest,
  ): Promise<RevocationDto> {
    return toRevocationDto(await this.revocations.revoke(agent, userId, reason ?? null));
  }

  @Get()
  @ApiOperation({ summary: 'The users whose tokens are refused, the latest revocation first' })
  @ApiOkResponse({ type: RevocationListDto })
  @ApiErrors('VALIDATION_FAILED', 'FORBIDDEN')
  async list(@Query() { page, limit }: PageQuery): Promise<RevocationListDto> {
    const { items, total } = await this.revocations.getPage(page, limit);
    return { items: items.map(toRevocationDto), total, page, limit };
  }

  @Get(':userId')
  @ApiOperation({ summary: 'Since when the tokens of a user are refused, and why' })
  @ApiOkResponse({ type: RevocationDto })
  @ApiErrors('VALIDATION_FAILED', 'FORBIDDEN', 'REVOCATION_NOT_FOUND')
  async get(@Param('userId', IdPipe) userId: number): Promise<RevocationDto> {
    return toRevocationDto(await this.revocations.get(userId));
  }

  @Delete(':userId')
  @HttpCode(204)
  @ApiOperation({ summary: 'Accepts the tokens of a user again' })
  @ApiNoContentResponse()
  @ApiErrors('VALIDATION_FAILED', 'FORBIDDEN', 'REVOCATION_NOT_FOUND')
  restore(@CurrentAgent() agent: AgentIdentity, @Param('userId', IdPipe) userId: number): Promise<void> {
    return this.revocations.restore(agent, userId);
  }
}
