import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiErrors } from '../../../common/errors/api-errors.decorator.js';
import { Access } from '../../auth/access.decorator.js';
import type { AgentIdentity } from '../../auth/agent-identity.js';
import { CurrentAgent } from '../../auth/current-agent.decorator.js';
import { CallTaskExportQuery } from '../export.dto.js';
import { ExportsService } from '../exports.service.js';
import { TaskExportService } from './task-export.service.js';

@ApiTags('Call tasks')
@Controller('crm/call-tasks')
export class TaskExportController {
  constructor(
    private readonly exports: ExportsService,
    private readonly tasks: TaskExportService,
  ) {}

  @Get('export')
  @Access('overview')
  @ApiOperation({ summary: 'All tasks that match the filter of the list, as one file of CSV' })
  @ApiProduces('text/csv')
  @ApiResponse({ status: 200, description: 'Newest first; a connection that is cut: it is not all of them.' })
  @ApiErrors('VALIDATION_FAILED', 'FORBIDDEN', 'EXPORT_TOO_LARGE', 'TOO_MANY_EXPORTS', 'SHUTTING_DOWN')
  async export(
    @CurrentAgent() agent: AgentIdentity,
    @Query() query: CallTaskExportQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.exports.send(await this.tasks.orderOf(agent, query), request, reply);
  }
}
