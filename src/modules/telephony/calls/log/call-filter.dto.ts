import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import { ArrayMaxSize, IsBoolean, IsIn, IsInt, IsOptional, Max, Min } from 'class-validator';
import { IsText } from '../../../../common/http/is-text.decorator.js';
import { OneOrSeveral } from '../../../../common/http/one-or-several.decorator.js';
import { LARGEST_ID } from '../../../../common/limits.js';
import { IsDateOrTime } from '../../../../common/time/date-or-time.js';
import {
  CALL_STATUSES,
  DIRECTIONS,
  type Direction,
  DISPOSITIONS,
  type Disposition,
} from '../domain/call-vocabulary.js';
import { CALL_MEASURES, type CallMeasure } from './call-measures.js';

/** A status, or `missed`: inbound calls that were answered neither here nor elsewhere. */
const CALL_FILTER_STATUSES = [...CALL_STATUSES, 'missed'] as const;
export type CallFilterStatus = (typeof CALL_FILTER_STATUSES)[number];

const FIGURES = Object.keys(CALL_MEASURES) as CallMeasure[];

/** Most values of one filter. */
const MOST_VALUES = 50;

/** Longest range that is asked for by its length, in days. */
const MOST_DAYS = 3_660;

/** Stands for calls that have no such value. */
export const WITHOUT = '-';

const separated = ({ value }: { value: unknown }): unknown[] =>
  [value].flat().flatMap((text: unknown) => String(text).split(','));

/** A filter that takes one text, or several separated by commas; the property is an array. */
function Texts(length: number, example: string, description: string): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional({
      type: String,
      example,
      description: `${description} Several, separated by commas.`,
    }),
    Transform(separated),
    IsText(length, { each: true }),
    ArrayMaxSize(MOST_VALUES),
    IsOptional(),
  );
}

/** A filter that takes one whole number, or several separated by commas; the property is an array. */
function Numbers(from: number, to: number, example: string, description: string): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional({
      type: String,
      example,
      description: `${description} Several, separated by commas.`,
    }),
    Transform((given) => separated(given).map((text) => (text === '' ? NaN : Number(text)))),
    IsInt({ each: true }),
    Min(from, { each: true }),
    Max(to, { each: true }),
    ArrayMaxSize(MOST_VALUES),
    IsOptional(),
  );
}

function WholeNumber(from: number, to: number, example: number, description: string): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional({ example, description }),
    Type(() => Number),
    IsInt(),
    Min(from),
    Max(to),
    IsOptional(),
  );
}

/** `true` or `false`. */
function YesOrNo(description: string): PropertyDecorator {
  return applyDecorators(
    ApiPropertyOptional({ type: Boolean, description }),
    Transform(({ value }: { value: unknown }) =>
      value === 'true' ? true : value === 'false' ? false : value,
    ),
    IsBoolean({ message: '$property must be true or false' }),
    IsOptional(),
  );
}

/** Which calls: of the call log, of an export of it, and behind each figure of a report. A call has to match all filters. */
export class CallFilterQuery {
  @OneOrSeveral(CALL_FILTER_STATUSES, 'ringing,answered')
  @IsOptional()
  status?: CallFilterStatus[];

  @OneOrSeveral(DIRECTIONS, 'inbound')
  @IsOptional()
  direction?: Direction[];

  @OneOrSeveral(DISPOSITIONS, 'missed,abandoned')
  @IsOptional()
  disposition?: Disposition[];

  @Numbers(
    1,
    LARGEST_ID,
    '7',
    'Who has the call, or had it last. Agents see their own calls whatever they ask for.',
  )
  agentUserId?: number[];

  @ApiPropertyOptional({
    example: '01700000000',
    description: 'Any usual way of writing the number, or its last digits, at least four.',
  })
  @IsOptional()
  @IsText(100)
  customerPhone?: string;

  @WholeNumber(
    1,
    LARGEST_ID,
    4711,
    '`customers.id` of the customer to whom calls were linked; those of numbers that the customer has now.',
  )
  customerId?: number;

  @ApiPropertyOptional({
    example: 'BN-CALL-456789',
    description: 'The PBX’s id, which may name several calls.',
  })
  @IsOptional()
  @IsText(255)
  externalCallId?: string;

  @ApiPropertyOptional({ example: 'CRM-CALL-987654', description: 'The CRM’s id of the call.' })
  @IsOptional()
  @IsText(255)
  crmCallId?: string;

  @WholeNumber(1, LARGEST_ID, 12, 'The task to which the call belongs.')
  taskId?: number;

  @Texts(
    30,
    '201',
    `Extensions that have the call, had it last, or, without figure, answered it first; ${WITHOUT}: none.`,
  )
  extension?: string[];

  @Texts(100, 'support', `Queues; ${WITHOUT}: calls that name none.`)
  queueName?: string[];

  @Texts(100, 'GP-1', `Trunks; ${WITHOUT}: calls that name none.`)
  trunkName?: string[];

  @Texts(255, 'busy', 'Why the call ended, as the PBX reported it.')
  endReason?: string[];

  @YesOrNo('Whether the PBX reported a recording.')
  hasRecording?: boolean;

  @WholeNumber(0, LARGEST_ID, 60, 'Seconds of talk, at least. Calls without a duration have none.')
  minDuration?: number;

  @WholeNumber(0, LARGEST_ID, 600, 'Seconds of talk, at most. Calls without a duration have none.')
  maxDuration?: number;

  @WholeNumber(0, LARGEST_ID, 20, 'Seconds of waiting, at least.')
  minWait?: number;

  @WholeNumber(0, LARGEST_ID, 5, 'Seconds of waiting, at most.')
  maxWait?: number;

  @YesOrNo(
    'true: customers still to call back: missed, and neither talked to for ten seconds nor dealt with in a task since.',
  )
  missedUnanswered?: boolean;

  @ApiPropertyOptional({ enum: FIGURES, description: 'The calls that a report counts under this name.' })
  @IsOptional()
  @IsIn(FIGURES)
  figure?: CallMeasure;

  @Numbers(0, 23, '9,10', 'Hours of the day in which calls began, in the business time zone.')
  hour?: number[];

  @Numbers(
    1,
    7,
    '5',
    'Days of the week on which calls began, 1 Monday to 7 Sunday, in the business time zone.',
  )
  weekday?: number[];

  @ApiPropertyOptional({
    example: '2026-01-03',
    description: 'Calls that began then or later; a date begins at midnight of the business time zone.',
  })
  @IsOptional()
  @IsDateOrTime()
  from?: string;

  @ApiPropertyOptional({
    example: '2026-01-04T00:00:00+06:00',
    description: 'Calls that began before then; a date includes its whole day.',
  })
  @IsOptional()
  @IsDateOrTime()
  to?: string;

  @WholeNumber(
    1,
    MOST_DAYS,
    7,
    'The last so many business days, today or the day of `to` among them; `from` takes precedence.',
  )
  rangeDays?: number;
}
