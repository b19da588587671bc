import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiErrors } from '../../../common/errors/api-errors.decorator.js';
import { Access } from '../../auth/access.decorator.js';
import type { AgentIdentity } from '../../auth/agent-identity.js';
import { CurrentAgent } from '../../auth/current-agent.decorator.js';
import { CallExportService } from './call-export.service.js';
import { CallExportQuery } from '../export.dto.js';
import { ExportsService } from '../exports.service.js';

@ApiTags('Calls')
@Controller('telephony/calls')
export class CallExportController {
  constructor(
    private readonly exports: ExportsService,
    private readonly calls: CallExportService,
  ) {}

  @Get('export')
  @Access('staff')
  @ApiOperation({ summary: 'All calls that match the filter of the list, as one file of CSV' })
  @ApiProduces('text/csv')
  @ApiResponse({ status: 200, description: 'Newest first; a connection that is cut: it is not all of them.' })
  @ApiErrors('VALIDATION_FAILED', 'EXPORT_TOO_LARGE', 'TOO_MANY_EXPORTS', 'SHUTTING_DOWN')
  async export(
    @CurrentAgent() agent: AgentIdentity,
    @Query() query: CallExportQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    await this.exports.send(await this.calls.orderOf(agent, query), request, reply);
  }
}
