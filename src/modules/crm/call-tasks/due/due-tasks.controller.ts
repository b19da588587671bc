import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiErrors } from '../../../../common/errors/api-errors.decorator.js';
import { Access } from '../../../auth/access.decorator.js';
import type { AgentIdentity } from '../../../auth/agent-identity.js';
import { CurrentAgent } from '../../../auth/current-agent.decorator.js';
import { DueTaskListDto } from './due-task.dto.js';
import { DueTasksService } from './due-tasks.service.js';

@ApiTags('Call tasks')
@Controller('crm/call-tasks/due')
export class DueTasksController {
  constructor(private readonly due: DueTasksService) {}

  @Get()
  @Access('staff')
  @ApiOperation({
    summary: 'What the user has to do by today',
    description: 'Open tasks of the user, and of missed customers whom nobody was given to; hot ones first.',
  })
  @ApiOkResponse({ type: DueTaskListDto })
  @ApiErrors()
  list(@CurrentAgent() { userId }: AgentIdentity): Promise<DueTaskListDto> {
    return this.due.ofAgent(userId);
  }
}
