import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsIn, IsInt, IsOptional, Max, Min } from 'class-validator';
import { CursorQuery } from '../../common/http/cursor-query.js';
import { IsText } from '../../common/http/is-text.decorator.js';
import { OneOrSeveral } from '../../common/http/one-or-several.decorator.js';
import { LARGEST_ID } from '../../common/limits.js';
import { AUDIT_ACTIONS, AUDIT_OUTCOMES, type AuditAction, type AuditOutcome } from './audit-action.js';
import type { AuditDetails, AuditEntry } from './audit-entry.entity.js';

export class AuditListQuery extends CursorQuery {
  @ApiPropertyOptional({ example: 7, description: 'The CRM’s user id.' })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(LARGEST_ID)
  userId?: number;

  @IsOptional()
  @OneOrSeveral(AUDIT_ACTIONS, 'call.start,call.hangup')
  action?: AuditAction[];

  @ApiPropertyOptional({ enum: AUDIT_OUTCOMES })
  @IsOptional()
  @IsIn(AUDIT_OUTCOMES)
  outcome?: AuditOutcome;

  @ApiPropertyOptional({ example: 'call:55', description: 'The whole subject, as entries show it.' })
  @IsOptional()
  @IsText(300)
  subject?: string;
}

/** One act of a user. */
export class AuditEntryDto {
  @ApiProperty() at: Date;
  @ApiProperty({
    type: Number,
    nullable: true,
    example: 7,
    description: 'The CRM’s user id; null: an operator at the command line.',
  })
  userId: number | null;
  @ApiProperty({ example: 'agent', description: 'agent, supervisor or operator.' }) role: string;
  @ApiProperty({
    type: String,
    nullable: true,
    example: '203.0.113.20',
    description: 'Where the request came from; null at the command line.',
  })
  address: string | null;
  @ApiProperty({ enum: AUDIT_ACTIONS, example: 'call.start' }) action: AuditAction;
  @ApiProperty({ example: 'call:55' }) subject: string;
  @ApiProperty({ enum: AUDIT_OUTCOMES, example: 'done' }) outcome: AuditOutcome;
  @ApiProperty({
    type: String,
    nullable: true,
    example: 'CALL_NOT_FOUND',
    description: 'Code of the error of an act that was refused or failed.',
  })
  code: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'Id of the request, also in the log.' })
  requestId: string | null;
  @ApiProperty({
    type: Object,
    nullable: true,
    example: { format: 'csv', filter: { status: ['failed'] }, rows: 1234, end: 'finished' },
    description: 'What else is known of the act: of an export its filter, with masked numbers, rows and end.',
  })
  details: AuditDetails | null;
}

export class AuditListDto {
  @ApiProperty({ type: [AuditEntryDto] }) items: AuditEntryDto[];
  @ApiProperty({
    type: String,
    nullable: true,
    description: 'To go on with. A page may be short, or empty, and not the last: only null is the end.',
  })
  nextCursor: string | null;
}

export function toAuditEntryDto({ id: _id, ...entry }: AuditEntry): AuditEntryDto {
  return entry;
}
