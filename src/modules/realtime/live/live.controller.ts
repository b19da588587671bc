import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Access } from '../../auth/access.decorator.js';
import type { AgentIdentity } from '../../auth/agent-identity.js';
import { CurrentAgent } from '../../auth/current-agent.decorator.js';
import { LiveSnapshotDto } from './live.dto.js';
import { LiveService } from './live.service.js';

@Controller('telephony/live')
@Access('staff')
@ApiTags('Calls')
export class LiveController {
  constructor(private readonly live: LiveService) {}

  @Get()
  @ApiOperation({ summary: 'Open calls: agents see their own, supervisors all. Changes follow by socket.io' })
  @ApiOkResponse({ type: LiveSnapshotDto })
  snapshot(@CurrentAgent() agent: AgentIdentity): Promise<LiveSnapshotDto> {
    return this.live.snapshot(agent);
  }
}
