import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsIn, IsInt, IsOptional, Matches, Max, Min } from 'class-validator';
import { violates } from '../../../common/errors/field-rule.js';
import { WAIT_EDGES, type WaitEdge } from '../../telephony/calls/log/call-measures.js';
import type { KpiFigures as Kpi } from '../../../client/wire.js';
import { KPI_BY, type KpiBy, type KpiLinks, LINKED_FIGURES } from './kpi-links.js';

const DAY = /^\d{4}-\d{2}-\d{2}$/u;
const EDGES = WAIT_EDGES.join(', ');

/** The days of a report: whole days of the business zone. */
export class ReportDaysQuery {
  @ApiPropertyOptional({ example: '2026-11-01', description: 'First day.' })
  @IsOptional()
  @Matches(DAY, { message: '$property must be a day such as 2026-01-03', context: violates('time') })
  from?: string;

  @ApiPropertyOptional({ example: '2026-11-27', description: 'Last day, included; without it: today.' })
  @IsOptional()
  @Matches(DAY, { message: '$property must be a day such as 2026-01-03', context: violates('time') })
  to?: string;

  @ApiPropertyOptional({
    example: 30,
    description: 'So many whole days, today among them; unless from is given.',
  })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(3660)
  rangeDays?: number;
}

export class KpiQuery extends ReportDaysQuery {
  @ApiPropertyOptional({ enum: KPI_BY, default: 'none' })
  @IsIn(KPI_BY)
  by: KpiBy = 'none';

  @ApiPropertyOptional({
    enum: WAIT_EDGES,
    default: 20,
    description: 'Within which a call is answered in time.',
  })
  @Type(() => Number)
  @IsIn(WAIT_EDGES, { message: `$property must be one of ${EDGES}` })
  serviceLevelSeconds: WaitEdge = 20;

  @ApiPropertyOptional({
    enum: WAIT_EDGES,
    default: 5,
    description: 'Up to which a lost call does not count for the service level.',
  })
  @Type(() => Number)
  @IsIn(WAIT_EDGES, { message: `$property must be one of ${EDGES}` })
  shortAbandonSeconds: WaitEdge = 5;
}

export class LostByDto {
  @ApiProperty({ example: 12 }) missed: number;
  @ApiProperty({ example: 5 }) abandoned: number;
  @ApiProperty({ example: 2 }) busy: number;
  @ApiProperty({ example: 1 }) failed: number;
}

/** Key figures of the calls of one key. Ratios are 0 to 1; null: there is nothing to divide by. */
export class KpiItemDto implements Kpi {
  @ApiProperty({
    oneOf: [{ type: 'string' }, { type: 'number' }],
    nullable: true,
    example: 'support',
    description:
      'Queue, extension, id of the user or team, hour (0 to 23), day of the week (1 Monday to 7) or day; null: calls that name none.',
  })
  key: string | number | null;

  @ApiProperty({ example: 120 }) offered: number;
  @ApiProperty({ example: 100 }) answered: number;
  @ApiProperty({ example: 20 }) lost: number;
  @ApiProperty() lostBy: LostByDto;
  @ApiProperty({ example: 3 }) shortAbandoned: number;
  @ApiProperty({ example: 80 }) answeredInTime: number;
  @ApiProperty({ type: Number, nullable: true, example: 0.83 }) answerRate: number | null;
  @ApiProperty({ type: Number, nullable: true, example: 0.68 }) serviceLevel: number | null;
  @ApiProperty({ type: Number, nullable: true, example: 9.5 }) asaSeconds: number | null;
  @ApiProperty({ type: Number, nullable: true, example: 180.2 }) ahtSeconds: number | null;
  @ApiProperty({ example: 40 }) dialled: number;
  @ApiProperty({ example: 30 }) reached: number;
  @ApiProperty({ example: 90 }) recorded: number;
  @ApiProperty({ example: 2 }) inferredEnds: number;
  @ApiProperty({ example: 10 }) calledBack: number;
  @ApiProperty({ example: 9 }) recovered: number;
  @ApiProperty({ type: Number, nullable: true, example: 420.5 }) firstAttemptSeconds: number | null;

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'string' },
    nullable: true,
    example: { offered: 'figure=offered&queueName=support&from=2026-11-01&to=2026-11-27' },
    description: `Query strings of GET /api/telephony/calls for the calls behind ${LINKED_FIGURES.join(', ')}; null: the log has no filter for the key.`,
  })
  links: KpiLinks | null;
}

export class KpiReportDto {
  @ApiProperty({ example: '2026-11-01' }) from: string;
  @ApiProperty({ example: '2026-11-27' }) to: string;
  @ApiProperty({ example: 'Asia/Dhaka' }) timeZone: string;
  @ApiProperty({ enum: KPI_BY, example: 'queue' }) by: KpiBy;
  @ApiProperty({ example: 20 }) serviceLevelSeconds: number;
  @ApiProperty({ example: 5 }) shortAbandonSeconds: number;

  @ApiProperty({
    type: String,
    nullable: true,
    example: null,
    description: 'Not null: days before this one are not counted, because their figures are not built yet.',
  })
  builtFrom: string | null;

  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'string' },
    example: { answerRate: 'answered / offered' },
    description: 'What each figure is.',
  })
  formulas: Record<string, string>;

  @ApiProperty({ description: 'Of all calls; its key is null.' }) total: KpiItemDto;
  @ApiProperty({ type: [KpiItemDto], description: 'In the order of their keys, null last.' })
  items: KpiItemDto[];
}
