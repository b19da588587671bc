import { ApiProperty, ApiPropertyOptional, IntersectionType } from '@nestjs/swagger';
import { IsIn, IsOptional, Matches, ValidateIf } from 'class-validator';
import { OneOrSeveral } from '../../../common/http/one-or-several.decorator.js';
import { IsParagraph, IsText } from '../../../common/http/is-text.decorator.js';
import { PageQuery } from '../../../common/http/page-query.js';
import {
  type CallTask,
  TASK_PRIORITIES,
  TASK_STATUSES,
  type TaskPriority,
  type TaskStatus,
} from './call-task.entity.js';

/** Validates the field unless it is absent. Unlike `@IsOptional`, null is validated, and rejected. */
const IfSent = (): PropertyDecorator => ValidateIf((_request, value) => value !== undefined);

const OUTCOME = 'A word of the CRM, such as connected, callback, busy; the set is open.';

/** Which tasks of the call desk. */
export class CallTaskFilterQuery {
  @OneOrSeveral(TASK_STATUSES, 'pending,in_progress')
  @IsOptional()
  status?: TaskStatus[];

  @ApiPropertyOptional({ example: 'missed_call', description: 'call_reason of the task.' })
  @IsOptional()
  @IsText(255)
  reason?: string;

  @ApiPropertyOptional({ example: '01700000000', description: 'Any usual way of writing the number.' })
  @IsOptional()
  @IsText(100)
  customerPhone?: string;
}

export class CallTaskListQuery extends IntersectionType(PageQuery, CallTaskFilterQuery) {}

export class ChangeCallTaskRequest {
  @ApiPropertyOptional({ enum: TASK_STATUSES, example: 'completed' })
  @IfSent()
  @IsIn(TASK_STATUSES)
  status?: TaskStatus;

  @ApiPropertyOptional({ maxLength: 100, example: 'order_placed', description: OUTCOME })
  @IfSent()
  @Matches(/^[\p{L}\p{M}\p{N}_-]{1,100}$/u, {
    message: '$property must be one word of at most 100 letters, digits, _ and -',
  })
  callOutcome?: string;

  @ApiPropertyOptional({
    maxLength: 2000,
    example: 'Wants a call after six',
    description: 'Added to the notes, each line with "Note: " before it.',
  })
  @IfSent()
  @IsParagraph(2000)
  note?: string;
}

/** A task of the call desk. Times are wall-clock text in the business time zone, as the CRM stores them. */
export class CallTaskDto {
  @ApiProperty({ example: 123 }) id: number;
  @ApiProperty({
    example: '01700000000',
    description: 'A phone number for missed calls; else a customer id.',
  })
  customerId: string;
  @ApiProperty({ type: Number, nullable: true }) assignedAgentId: number | null;
  @ApiProperty({ example: '2026-01-03' }) taskDate: string;
  @ApiProperty({ enum: TASK_PRIORITIES }) priority: TaskPriority;
  @ApiProperty({ type: String, nullable: true, example: 'missed_call' }) callReason: string | null;
  @ApiProperty({ type: Number, nullable: true }) recommendedProductId: number | null;
  @ApiProperty({ enum: TASK_STATUSES, nullable: true }) status: TaskStatus | null;
  @ApiProperty({ type: String, nullable: true, example: 'order_placed', description: OUTCOME })
  callOutcome: string | null;
  @ApiProperty({ type: String, nullable: true }) notes: string | null;
  @ApiProperty({ type: String, nullable: true, example: '18:00:00' }) scheduledTime: string | null;
  @ApiProperty({ type: String, nullable: true, example: '2026-01-03 17:05:00' }) completedAt: string | null;
  @ApiProperty({ example: '2026-01-03 17:05:00' }) createdAt: string;
  @ApiProperty({ example: '2026-01-03 17:05:00' }) updatedAt: string;
}

export class CallTaskListDto {
  @ApiProperty({ type: [CallTaskDto] }) items: CallTaskDto[];
  @ApiProperty({ example: 1 }) total: number;
  @ApiProperty({ example: 1 }) page: number;
  @ApiProperty({ example: 50 }) limit: number;
}

export function toCallTaskDto(task: CallTask): CallTaskDto {
  return { ...task };
}
