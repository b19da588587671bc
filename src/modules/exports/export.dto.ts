import { ApiPropertyOptional, IntersectionType } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { CallTaskFilterQuery } from '../crm/call-tasks/call-task.dto.js';
import { CallFilterQuery } from '../telephony/calls/log/call-filter.dto.js';
import { EXPORT_FORMATS, type ExportFormat } from './csv.js';

class FormatQuery {
  @ApiPropertyOptional({
    enum: EXPORT_FORMATS,
    default: 'csv',
    description:
      'csv: for spreadsheets, which neither run a cell nor change a number. raw: for programs, nothing is escaped.',
  })
  @IsOptional()
  @IsIn(EXPORT_FORMATS)
  format: ExportFormat = 'csv';
}

/** The filter of the list of tasks. */
export class CallTaskExportQuery extends IntersectionType(CallTaskFilterQuery, FormatQuery) {}

/** The filter of the list of calls. */
export class CallExportQuery extends IntersectionType(CallFilterQuery, FormatQuery) {}
