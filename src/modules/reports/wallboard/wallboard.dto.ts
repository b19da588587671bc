import { ApiProperty } from '@nestjs/swagger';
import { AGENT_STATUSES, type AgentStatus } from '../../agents/presence/agent-presence.entity.js';

const LINK = 'Query string of GET /api/telephony/calls for the calls behind it.';

export class MostSecondsDto {
  @ApiProperty({ example: 30 }) mostSeconds: number;
}
export class LeastDto {
  @ApiProperty({ example: 1 }) least: number;
}
export class MostDto {
  @ApiProperty({ example: 0 }) most: number;
}

export class RingingNowDto {
  @ApiProperty({ example: 2, description: 'Inbound calls that ring now.' }) count: number;
  @ApiProperty({ type: Date, nullable: true, description: 'Since when the first of them rings.' })
  longestSince: Date | null;
  @ApiProperty() target: MostSecondsDto;
  @ApiProperty({ example: 'status=ringing&direction=inbound', description: LINK }) link: string;
}

export class TalkingNowDto {
  @ApiProperty({ example: 5, description: 'Calls with a talk now, either direction.' }) count: number;
  @ApiProperty({ example: 'status=answered', description: LINK }) link: string;
}

export class FreeAgentsDto {
  @ApiProperty({ example: 3, description: 'Agents who are online and not on a call.' }) count: number;
  @ApiProperty({ example: 9, description: 'Agents who are not offline.' }) of: number;
  @ApiProperty() target: LeastDto;
}

export class StillToCallBackDto {
  @ApiProperty({
    example: 4,
    description: 'Lost calls of today whose customer was neither talked to nor dealt with since.',
  })
  count: number;
  @ApiProperty({ type: Date, nullable: true }) oldestAt: Date | null;
  @ApiProperty() target: MostDto;
  @ApiProperty({ example: 'missedUnanswered=true&rangeDays=1', description: LINK }) link: string;
}

export class OutcomesOfTodayDto {
  @ApiProperty({ example: 120 }) offered: number;
  @ApiProperty({ example: 100 }) answered: number;
  @ApiProperty({ example: 20 }) lost: number;
}

export class AnsweredTodayDto extends OutcomesOfTodayDto {
  @ApiProperty({ type: Number, nullable: true, example: 0.83, description: 'answered / offered' })
  answerRate: number | null;
  @ApiProperty({ type: Number, nullable: true, example: 0.8, description: 'As in reports/kpi.' })
  serviceLevel: number | null;
  @ApiProperty({ description: 'Of the answer rate.' }) target: LeastDto;
  @ApiProperty({ example: 'figure=lost&rangeDays=1', description: LINK }) link: string;
}

export class BoardAgentDto {
  @ApiProperty({ example: 7 }) userId: number;
  @ApiProperty({ type: String, nullable: true, example: '201' }) extension: string | null;
  @ApiProperty({ enum: AGENT_STATUSES }) status: AgentStatus;
  @ApiProperty({ type: String, nullable: true, example: 'lunch' }) reason: string | null;
  @ApiProperty({ type: Date }) since: Date;
  @ApiProperty({ type: Number, nullable: true, example: 55 }) callId: number | null;
}

export class BoardQueueDto extends OutcomesOfTodayDto {
  @ApiProperty({
    type: String,
    nullable: true,
    example: 'support',
    description: 'null: calls that name none.',
  })
  queueName: string | null;
  @ApiProperty({ example: 1 }) ringing: number;
  @ApiProperty({ type: Number, nullable: true, example: 0.8 }) serviceLevel: number | null;
  @ApiProperty({ example: 'figure=lost&queueName=support&rangeDays=1', description: LINK }) link: string;
}

export class BoardHourDto extends OutcomesOfTodayDto {
  @ApiProperty({ example: 9, description: 'Of the day, in the business zone.' }) hour: number;
}

/** How it is now, and today so far. */
export class WallboardDto {
  @ApiProperty({ description: 'When it was read.' }) at: Date;
  @ApiProperty({ example: 'Asia/Dhaka' }) timeZone: string;
  @ApiProperty({ example: '2026-11-28' }) businessDay: string;
  @ApiProperty({ example: 20 }) serviceLevelSeconds: number;
  @ApiProperty() ringing: RingingNowDto;
  @ApiProperty() talking: TalkingNowDto;
  @ApiProperty() freeAgents: FreeAgentsDto;
  @ApiProperty() stillToCallBack: StillToCallBackDto;
  @ApiProperty() answered: AnsweredTodayDto;
  @ApiProperty({ type: [BoardAgentDto] }) agents: BoardAgentDto[];
  @ApiProperty({ type: [BoardQueueDto], description: 'Queues with calls now or today.' })
  queues: BoardQueueDto[];
  @ApiProperty({ type: [BoardHourDto], description: 'Hours of today with calls.' }) hours: BoardHourDto[];
  @ApiProperty({
    type: [BoardHourDto],
    description: 'Average of the same day of the week in the eight weeks before, as far as it had calls.',
  })
  usualHours: BoardHourDto[];
}
