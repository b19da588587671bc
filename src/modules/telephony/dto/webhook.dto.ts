import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

/** The webhook bodies of the contract. They only document the routes: the mapper parses the raw bytes. */
export class IncomingCallEvent {
  @ApiProperty({ example: 'incoming_call' })
  event: string;

  @ApiProperty({ example: '01700000000' })
  from: string;

  @ApiProperty({ example: '201' })
  to_extension: string;

  @ApiProperty({ example: 'BN-CALL-111222' })
  bracknet_call_id: string;

  @ApiPropertyOptional({ example: '2026-01-03T10:30:00Z' })
  timestamp?: string;
}

export class CallAnsweredEvent {
  @ApiProperty({ example: 'call_answered' })
  event: string;

  @ApiProperty({ example: 'BN-CALL-456789' })
  bracknet_call_id: string;

  @ApiProperty({ example: '201' })
  agent_extension: string;

  @ApiPropertyOptional({ example: '2026-01-03T10:30:10Z' })
  timestamp?: string;
}

export class CallEndedEvent {
  @ApiProperty({ example: 'call_ended' })
  event: string;

  @ApiProperty({ example: 'BN-CALL-456789' })
  bracknet_call_id: string;

  @ApiPropertyOptional({ example: 135, description: 'Seconds of talk.' })
  duration?: number;

  @ApiPropertyOptional({ example: 'completed' })
  end_reason?: string;

  @ApiPropertyOptional({ example: '2026-01-03T10:32:25Z' })
  timestamp?: string;
}

export class CallRecordingEvent {
  @ApiProperty({ example: 'call_recording_ready' })
  event: string;

  @ApiProperty({ example: 'BN-CALL-456789' })
  bracknet_call_id: string;

  @ApiProperty({ example: 'https://bracknet.com/records/BN-CALL-456789.mp3' })
  recording_url: string;

  @ApiPropertyOptional({ example: 135, description: 'Seconds.' })
  recording_duration?: number;
}

export class CallMissedEvent {
  @ApiProperty({ example: 'call_missed' })
  event: string;

  @ApiProperty({ example: '01700000000' })
  from: string;

  @ApiProperty({ example: '201' })
  to_extension: string;

  @ApiPropertyOptional({ example: '2026-01-03T11:05:00Z' })
  timestamp?: string;
}
