import {
  IsIn,
  IsInt,
  IsISO8601,
  IsOptional,
  IsString,
  IsUrl,
  Matches,
  MaxLength,
  Min,
} from 'class-validator';

const PHONE = /^\+?\d{6,20}$/;

/** Fields of all events. */
abstract class PbxEventDto {
  @IsISO8601()
  readonly timestamp: string;
}

abstract class NamedEventDto extends PbxEventDto {
  @IsString()
  @MaxLength(255)
  readonly bracknet_call_id: string;
}

export class IncomingCallDto extends NamedEventDto {
  @IsIn(['incoming_call'])
  readonly event: string;

  @Matches(PHONE)
  readonly from: string;

  @IsString()
  @MaxLength(30)
  readonly to_extension: string;
}

export class CallAnsweredDto extends NamedEventDto {
  @IsIn(['call_answered'])
  readonly event: string;

  @IsString()
  @MaxLength(30)
  readonly agent_extension: string;
}

export class CallEndedDto extends NamedEventDto {
  @IsIn(['call_ended'])
  readonly event: string;

  @IsInt()
  @Min(0)
  readonly duration: number;

  @IsOptional()
  @IsString()
  @MaxLength(255)
  readonly end_reason?: string;
}

export class CallRecordingDto extends NamedEventDto {
  @IsIn(['call_recording_ready'])
  readonly event: string;

  @IsUrl()
  readonly recording_url: string;

  @IsInt()
  @Min(0)
  readonly recording_duration: number;
}

export class CallMissedDto extends PbxEventDto {
  @IsIn(['call_missed'])
  readonly event: string;

  @Matches(PHONE)
  readonly from: string;

  @IsString()
  @MaxLength(30)
  readonly to_extension: string;
}
