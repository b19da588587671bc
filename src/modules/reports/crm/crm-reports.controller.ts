import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiErrors } from '../../../common/errors/api-errors.decorator.js';
import { Access } from '../../auth/access.decorator.js';
import type { AgentIdentity } from '../../auth/agent-identity.js';
import { CurrentAgent } from '../../auth/current-agent.decorator.js';
import { ReportDaysQuery } from '../kpi/kpi.dto.js';
import {
  AgentCallsReportDto,
  CallStatsDto,
  CallStatsQuery,
  CdrQuery,
  CdrReportDto,
  PresenceReportDto,
  QueuesReportDto,
  TrunksReportDto,
  WaitHoldReportDto,
} from './crm-reports.dto.js';
import { CrmReportsService } from './crm-reports.service.js';

@ApiTags('Reports')
@Controller('telephony')
export class CrmReportsController {
  constructor(private readonly reports: CrmReportsService) {}

  @Get('stats')
  @Access('staff')
  @ApiOperation({ summary: 'Calls by status and by reason of failure: agents see their own' })
  @ApiOkResponse({ type: CallStatsDto })
  @ApiErrors('VALIDATION_FAILED')
  stats(@CurrentAgent() agent: AgentIdentity, @Query() query: CallStatsQuery): Promise<CallStatsDto> {
    return this.reports.stats(agent, query);
  }

  @Get('reports/cdr')
  @Access('overview')
  @ApiOperation({ summary: 'The calls of some days, and how many have each status' })
  @ApiOkResponse({ type: CdrReportDto })
  @ApiErrors('VALIDATION_FAILED', 'FORBIDDEN', 'PAGE_TOO_FAR')
  cdr(@CurrentAgent() agent: AgentIdentity, @Query() query: CdrQuery): Promise<CdrReportDto> {
    return this.reports.cdr(agent, query);
  }

  @Get('reports/queues')
  @Access('overview')
  @ApiOperation({ summary: 'Calls by queue' })
  @ApiOkResponse({ type: QueuesReportDto })
  @ApiErrors('VALIDATION_FAILED', 'FORBIDDEN')
  queues(@Query() query: ReportDaysQuery): Promise<QueuesReportDto> {
    return this.reports.queues(query);
  }

  @Get('reports/trunks')
  @Access('overview')
  @ApiOperation({ summary: 'Calls by trunk' })
  @ApiOkResponse({ type: TrunksReportDto })
  @ApiErrors('VALIDATION_FAILED', 'FORBIDDEN')
  trunks(@Query() query: ReportDaysQuery): Promise<TrunksReportDto> {
    return this.reports.trunks(query);
  }

  @Get('reports/agents/calls')
  @Access('overview')
  @ApiOperation({ summary: 'Calls by agent, either direction' })
  @ApiOkResponse({ type: AgentCallsReportDto })
  @ApiErrors('VALIDATION_FAILED', 'FORBIDDEN')
  agentCalls(@Query() query: ReportDaysQuery): Promise<AgentCallsReportDto> {
    return this.reports.agentCalls(query);
  }

  @Get('reports/agents/presence')
  @Access('overview')
  @ApiOperation({ summary: 'How long agents were online, on calls and on breaks' })
  @ApiOkResponse({ type: PresenceReportDto })
  @ApiErrors('VALIDATION_FAILED', 'FORBIDDEN')
  agentPresence(@Query() query: ReportDaysQuery): Promise<PresenceReportDto> {
    return this.reports.agentPresence(query);
  }

  @Get('reports/wait-hold')
  @Access('overview')
  @ApiOperation({ summary: 'Average waiting and hold by direction' })
  @ApiOkResponse({ type: WaitHoldReportDto })
  @ApiErrors('VALIDATION_FAILED', 'FORBIDDEN')
  waitHold(@Query() query: ReportDaysQuery): Promise<WaitHoldReportDto> {
    return this.reports.waitHold(query);
  }
}
