import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ApiErrors } from '../../common/errors/api-errors.decorator.js';
import { Access } from '../auth/access.decorator.js';
import { AuditListDto, AuditListQuery } from './audit-log.dto.js';
import { AuditLogService } from './audit-log.service.js';

@ApiTags('Audit')
@Controller('telephony/audit')
@Access('supervisor')
export class AuditController {
  constructor(private readonly log: AuditLogService) {}

  @Get()
  @ApiOperation({ summary: 'Who did what, newest first' })
  @ApiOkResponse({ type: AuditListDto })
  @ApiErrors('VALIDATION_FAILED', 'FORBIDDEN')
  list(@Query() query: AuditListQuery): Promise<AuditListDto> {
    return this.log.list(query);
  }
}
