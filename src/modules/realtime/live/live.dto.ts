import { ApiProperty } from '@nestjs/swagger';
import type { AgentStatus, LiveCall, LiveSnapshot } from '../../../client/wire.js';
import { CallDto } from '../../telephony/calls/dto/call.dto.js';

export class LiveUserDto {
  @ApiProperty({ example: 7 }) userId: number;
  @ApiProperty({ enum: ['agent', 'supervisor'] }) role: 'agent' | 'supervisor';
  @ApiProperty({
    type: [String],
    example: ['201'],
    description: 'The extension of the token, and those that the user holds.',
  })
  extensions: readonly string[];
  @ApiProperty({ enum: ['online', 'on_call', 'break', 'offline'] }) status: AgentStatus;
  @ApiProperty({ description: 'Whether the call log and the reports show all calls to the user.' })
  seesAllCalls: boolean;
}

export class LiveServiceDto {
  @ApiProperty({
    example: 'Asia/Dhaka',
    description: 'Time zone of the business, in which dates and times are shown.',
  })
  timeZone: string;
  @ApiProperty({
    example: false,
    description: 'Whether made-up customers can be made to call: in development alone.',
  })
  hasTrialCalls: boolean;
}

/** The state that messages over the socket go on from. */
export class LiveSnapshotDto implements LiveSnapshot {
  @ApiProperty({ format: 'date-time', example: '2026-01-03T10:00:00.000Z' }) serverTime: string;
  @ApiProperty({ type: [CallDto], description: 'Open calls, the newest first.' }) calls: readonly LiveCall[];
  @ApiProperty({ description: 'false: there are more open calls, which are older.' }) isComplete: boolean;
  @ApiProperty({ type: LiveUserDto }) me: LiveUserDto;
  @ApiProperty({ type: LiveServiceDto }) service: LiveServiceDto;
}
