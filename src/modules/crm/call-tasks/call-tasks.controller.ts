import { Body, Controller, Get, Param, Patch, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { IdPipe } from '../../../common/http/id.pipe.js';
import { ApiErrors } from '../../../common/errors/api-errors.decorator.js';
import { Access } from '../../auth/access.decorator.js';
import type { AgentIdentity } from '../../auth/agent-identity.js';
import { CurrentAgent } from '../../auth/current-agent.decorator.js';
import { CallTaskDeskService } from './call-task-desk.service.js';
import { CallTaskDto, CallTaskListDto, CallTaskListQuery, ChangeCallTaskRequest } from './call-task.dto.js';

@ApiTags('Call tasks')
@Controller('crm/call-tasks')
export class CallTasksController {
  constructor(private readonly desk: CallTaskDeskService) {}

  @Get()
  @Access('staff')
  @ApiOperation({ summary: 'Tasks of the call desk, newest first' })
  @ApiOkResponse({ type: CallTaskListDto })
  @ApiErrors('VALIDATION_FAILED')
  list(@Query() query: CallTaskListQuery): Promise<CallTaskListDto> {
    return this.desk.list(query);
  }

  @Get(':id')
  @Access('staff')
  @ApiOperation({ summary: 'One task of the call desk' })
  @ApiOkResponse({ type: CallTaskDto })
  @ApiErrors('VALIDATION_FAILED', 'TASK_NOT_FOUND')
  get(@Param('id', IdPipe) id: number): Promise<CallTaskDto> {
    return this.desk.get(id);
  }

  @Patch(':id')
  @Access('staff')
  @ApiOperation({ summary: 'Moves a task on, or notes the outcome of its call' })
  @ApiOkResponse({ type: CallTaskDto })
  @ApiErrors('VALIDATION_FAILED', 'TASK_NOT_FOUND', 'TASK_MOVE_ILLEGAL', 'TASK_ALREADY_PENDING')
  change(
    @CurrentAgent() agent: AgentIdentity,
    @Param('id', IdPipe) id: number,
    @Body() request: ChangeCallTaskRequest,
  ): Promise<CallTaskDto> {
    return this.desk.change(agent, id, request);
  }
}
