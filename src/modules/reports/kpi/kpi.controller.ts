import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiErrors } from '../../../common/errors/api-errors.decorator.js';
import { Access } from '../../auth/access.decorator.js';
import { KpiQuery, KpiReportDto } from './kpi.dto.js';
import { KpiService } from './kpi.service.js';

@ApiTags('Reports')
@Controller('telephony/reports')
export class KpiController {
  constructor(private readonly kpi: KpiService) {}

  @Get('kpi')
  @Access('overview')
  @ApiOperation({ summary: 'Key figures of calls, each with its formula, exact at this moment' })
  @ApiOkResponse({ type: KpiReportDto })
  @ApiErrors('VALIDATION_FAILED', 'FORBIDDEN')
  report(@Query() query: KpiQuery): Promise<KpiReportDto> {
    return this.kpi.report(query);
  }
}
