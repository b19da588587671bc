import { ApiProperty, ApiPropertyOptional, IntersectionType } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, Max, Min } from 'class-validator';
import { PageQuery } from '../../../common/http/page-query.js';
import { LARGEST_ID } from '../../../common/limits.js';
import {
  CALL_STATUSES,
  type CallStatus,
  type Direction,
  DIRECTIONS,
} from '../../telephony/calls/domain/call-vocabulary.js';
import { ListedCallDto } from '../../telephony/calls/dto/call.dto.js';
import { ReportDaysQuery } from '../kpi/kpi.dto.js';

export class CallStatsQuery extends ReportDaysQuery {
  @ApiPropertyOptional({ example: 7, description: 'Agents see their own calls whatever they ask for.' })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(LARGEST_ID)
  agentUserId?: number;
}

export class CdrQuery extends IntersectionType(ReportDaysQuery, PageQuery) {}

/** What every report of the CRM says of its days. */
export class CountedDaysDto {
  @ApiProperty({ example: 30, description: 'Whole business days, today among them unless `to` is given.' })
  rangeDays: number;
  @ApiProperty({ example: '2026-11-01', description: 'First day.' }) from: string;
  @ApiProperty({ example: '2026-11-30', description: 'Last day, included.' }) to: string;
  @ApiProperty({
    type: String,
    nullable: true,
    example: null,
    description: 'Not null: days before this one are not counted, because their figures are not built yet.',
  })
  builtFrom: string | null;
}

export class StatusCountDto {
  @ApiProperty({ enum: CALL_STATUSES }) status: CallStatus;
  @ApiProperty({ example: 120 }) count: number;
}

export class FailureCountDto {
  @ApiProperty({
    example: 'busy',
    description: 'Why the PBX says they ended; without a reason, their disposition.',
  })
  reason: string;
  @ApiProperty({ example: 12 }) count: number;
}

export class CallStatsDto extends CountedDaysDto {
  @ApiProperty({ type: Date, description: 'Midnight of the business zone at which the first day begins.' })
  since: Date;
  @ApiProperty({ example: 140 }) total: number;
  @ApiProperty({ type: [StatusCountDto], description: 'Statuses that calls have.' })
  byStatus: StatusCountDto[];
  @ApiProperty({ type: Number, nullable: true, example: 95.5, description: 'Of calls with a duration.' })
  avgDurationSeconds: number | null;
  @ApiProperty({ example: 11460 }) totalDurationSeconds: number;
  @ApiProperty({ example: 90, description: 'Calls of which the PBX reported a recording.' })
  withRecordingCount: number;
  @ApiProperty({ type: [FailureCountDto], description: 'Of failed calls, most first.' })
  failedByReason: FailureCountDto[];
}

export class CdrReportDto extends CountedDaysDto {
  @ApiProperty({ example: 140, description: 'All calls of these days.' }) total: number;
  @ApiProperty({ example: 1 }) page: number;
  @ApiProperty({ example: 50, description: 'The limit that was used.' }) limit: number;
  @ApiProperty({ type: [StatusCountDto], description: 'Of all calls of these days.' })
  byStatus: StatusCountDto[];
  @ApiProperty({ type: [ListedCallDto], description: 'Newest first.' }) items: ListedCallDto[];
}

class OutcomesDto {
  @ApiProperty({ example: 120 }) total: number;
  @ApiProperty({ example: 100 }) completed: number;
  @ApiProperty({ example: 20 }) failed: number;
}

export class QueueCallsDto extends OutcomesDto {
  @ApiProperty({
    type: String,
    nullable: true,
    example: 'support',
    description: 'null: calls that name none.',
  })
  queueName: string | null;
  @ApiProperty({ type: Number, nullable: true, example: 9.5 }) avgWaitSeconds: number | null;
  @ApiProperty({ type: Number, nullable: true, example: 95.5 }) avgDurationSeconds: number | null;
}

export class QueuesReportDto extends CountedDaysDto {
  @ApiProperty({ type: [QueueCallsDto], description: 'Most calls first.' }) items: QueueCallsDto[];
}

export class TrunkCallsDto {
  @ApiProperty({ type: String, nullable: true, example: 'GP-1', description: 'null: calls that name none.' })
  trunkName: string | null;
  @ApiProperty({ example: 120 }) total: number;
  @ApiProperty({ example: 11460 }) totalDurationSeconds: number;
  @ApiProperty({
    example: 0.13,
    description:
      'Seconds of talk / seconds of the counted days up to now. Above 1: more than one channel was in use.',
  })
  utilizationRatioAssumingSingleChannel: number;
}

export class TrunksReportDto extends CountedDaysDto {
  @ApiProperty({ type: [TrunkCallsDto], description: 'Most calls first.' }) items: TrunkCallsDto[];
}

export class AgentCallsDto extends OutcomesDto {
  @ApiProperty({ example: 7, description: 'Who started the call, else who held its extension at that time.' })
  agentUserId: number;
  @ApiProperty({ example: 11460 }) totalDurationSeconds: number;
}

export class AgentCallsReportDto extends CountedDaysDto {
  @ApiProperty({ type: [AgentCallsDto], description: 'Most calls first; without calls of no agent.' })
  items: AgentCallsDto[];
}

export class PresenceSecondsDto {
  @ApiProperty({ example: 25200 }) online: number;
  @ApiProperty({ example: 7200 }) on_call: number;
  @ApiProperty({ example: 3600 }) break: number;
}

export class AgentTimesDto {
  @ApiProperty({ example: 7 }) userId: number;
  @ApiProperty({ example: 1, description: 'Changes from offline to any other status.' }) loginCount: number;
  @ApiProperty({ example: 1, description: 'Changes to offline.' }) logoutCount: number;
  @ApiProperty({ example: 3, description: 'Changes to break.' }) breakCount: number;
  @ApiProperty({ description: 'Seconds in each status; the present one up to now.' })
  seconds: PresenceSecondsDto;
}

export class PresenceReportDto {
  @ApiProperty({ example: 30 }) rangeDays: number;
  @ApiProperty({ example: '2026-11-01' }) from: string;
  @ApiProperty({ example: '2026-11-30' }) to: string;
  @ApiProperty({ type: [AgentTimesDto], description: 'In the order of their ids.' }) items: AgentTimesDto[];
}

export class DirectionTimesDto {
  @ApiProperty({ enum: DIRECTIONS }) direction: Direction;
  @ApiProperty({ example: 120 }) total: number;
  @ApiProperty({ type: Number, nullable: true, example: 9.5 }) avgWaitSeconds: number | null;
  @ApiProperty({ type: Number, nullable: true, example: 4 }) avgHoldSeconds: number | null;
}

export class WaitHoldReportDto extends CountedDaysDto {
  @ApiProperty({ type: [DirectionTimesDto], description: 'Directions that calls have.' })
  byDirection: DirectionTimesDto[];
}
