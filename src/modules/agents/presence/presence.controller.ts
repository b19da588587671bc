import { Body, Controller, Get, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiErrors } from '../../../common/errors/api-errors.decorator.js';
import { Access } from '../../auth/access.decorator.js';
import type { AgentIdentity } from '../../auth/agent-identity.js';
import { CurrentAgent } from '../../auth/current-agent.decorator.js';
import {
  AgentDirectoryDto,
  PresenceDto,
  PresenceListDto,
  PresenceQuery,
  SetStatusRequest,
  StatusSetDto,
  toListedPresenceDto,
  toPresenceDto,
} from './presence.dto.js';
import { PresenceService } from './presence.service.js';

@ApiTags('Presence')
@Controller('telephony/agents')
@Access('staff')
export class PresenceController {
  constructor(private readonly presence: PresenceService) {}

  @Get('me/status')
  @ApiOperation({ summary: 'The status of the user, who is there since he asks' })
  @ApiOkResponse({ type: PresenceDto })
  @ApiErrors()
  async mine(@CurrentAgent() { userId }: AgentIdentity): Promise<PresenceDto> {
    return toPresenceDto(await this.presence.getOwn(userId));
  }

  @Post('me/status')
  @ApiOperation({ summary: 'Sets the status of the user' })
  @ApiCreatedResponse({ type: StatusSetDto })
  @ApiErrors('VALIDATION_FAILED')
  async set(
    @CurrentAgent() { userId }: AgentIdentity,
    @Body() { status, reason = null }: SetStatusRequest,
  ): Promise<StatusSetDto> {
    return { userId, status, updatedAt: await this.presence.set(userId, status, reason), reason };
  }

  @Get('directory')
  @ApiOperation({ summary: 'The extensions to which a call can be transferred, and who is free' })
  @ApiOkResponse({ type: AgentDirectoryDto })
  @ApiErrors()
  async directory(): Promise<AgentDirectoryDto> {
    return { items: await this.presence.getDirectory() };
  }

  @Get('status')
  @ApiOperation({
    summary: 'The status of all users of whom one is known',
    description: 'Reason, signs and call are told to supervisors, and to each user of himself.',
  })
  @ApiOkResponse({ type: PresenceListDto })
  @ApiErrors('VALIDATION_FAILED')
  async list(
    @CurrentAgent() agent: AgentIdentity,
    @Query() { teamId }: PresenceQuery,
  ): Promise<PresenceListDto> {
    const { items, isOfTeam } = await this.presence.getAll(teamId ?? null);
    return { items: items.map((item) => toListedPresenceDto(item, agent)), isOfTeam };
  }
}
