import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional } from 'class-validator';
import { IsText } from '../../../common/http/is-text.decorator.js';
import { IsDateOrTime } from '../../../common/time/date-or-time.js';
import type { RecordingListen } from '../recording-listen.entity.js';
import { type Recording, RECORDING_STATES, type RecordingState } from '../recording.entity.js';

/** Why a copy is kept whatever its age. */
export class HoldDto {
  @ApiProperty() at: Date;
  @ApiProperty({ type: Number, nullable: true, example: 1 }) by: number | null;
  @ApiProperty({ example: 'Complaint 2026-114' }) reason: string;
  @ApiProperty({ type: Date, nullable: true, description: 'null: until it is taken back.' })
  until: Date | null;
}

export class CallRecordingDto {
  @ApiProperty({ example: 91 }) id: number;
  @ApiProperty({ example: 55 }) callId: number;
  @ApiProperty({ example: 1, description: 'From 1, in the order in which they were reported.' }) part: number;
  @ApiProperty({ enum: RECORDING_STATES }) state: RecordingState;
  @ApiProperty({
    type: String,
    nullable: true,
    example: '/api/telephony/recordings/91/audio?ticket=eyJhbGciOiJIUzI1NiJ9…',
    description: 'For an audio element of this user, for an hour. null: it cannot be heard.',
  })
  playbackUrl: string | null;
  @ApiProperty({ type: Number, nullable: true, example: 135 }) durationSeconds: number | null;
  @ApiProperty() reportedAt: Date;
  @ApiProperty({ example: 1, description: 'How often it was tried to fetch it.' }) tries: number;
  @ApiProperty({ type: String, nullable: true, example: 'the PBX answers 404' }) why: string | null;
  @ApiProperty({ type: Date, nullable: true }) nextTryAt: Date | null;
  @ApiProperty({ type: Number, nullable: true, description: 'Of the copy, in bytes.' }) size: number | null;
  @ApiProperty({ type: String, nullable: true, description: 'SHA-256 of the copy, hex.' }) sha256:
    string | null;
  @ApiProperty({ type: String, nullable: true, example: 'audio/mpeg' }) contentType: string | null;
  @ApiProperty({ type: Date, nullable: true }) storedAt: Date | null;
  @ApiProperty({ type: HoldDto, nullable: true }) hold: HoldDto | null;
  @ApiProperty({ type: Date, nullable: true }) removedAt: Date | null;
  @ApiProperty({ type: String, nullable: true, enum: ['retention', 'erased'] }) removedWhy:
    'retention' | 'erased' | null;
  @ApiPropertyOptional({
    type: String,
    nullable: true,
    description: 'For supervisors: where the PBX has it. null: the customer was erased.',
  })
  pbxUrl?: string | null;
}

export class CallRecordingListDto {
  @ApiProperty({ type: [CallRecordingDto] }) items: CallRecordingDto[];
}

export class HoldRequest {
  @ApiProperty({ example: 'Complaint 2026-114' })
  @IsText(300)
  reason: string;

  @ApiPropertyOptional({
    example: '2027-01-31',
    description: 'When it ends by itself; a date is kept to its end. Without it: when it is taken back.',
  })
  @IsOptional()
  @IsDateOrTime()
  until?: string;
}

/** Somebody listened: all requests of his player with one ticket. */
export class ListenDto {
  @ApiProperty({ example: 7 }) userId: number;
  @ApiProperty({ example: 'agent' }) role: string;
  @ApiProperty({ type: String, nullable: true, example: '203.0.113.9' }) address: string | null;
  @ApiProperty() firstAt: Date;
  @ApiProperty() lastAt: Date;
  @ApiProperty({ example: 3 }) requests: number;
  @ApiProperty({ example: 1_081_344, description: 'Sent to the player, headers included.' }) bytes: number;
}

export class ListenListDto {
  @ApiProperty({ type: [ListenDto] }) items: ListenDto[];
  @ApiProperty({ example: 1 }) total: number;
  @ApiProperty({ example: 1 }) page: number;
  @ApiProperty({ example: 50 }) limit: number;
}

export function toHoldDto({ heldAt, heldBy, holdReason, holdUntil }: Recording): HoldDto | null {
  return heldAt === null ? null : { at: heldAt, by: heldBy, reason: holdReason ?? '', until: holdUntil };
}

/** @param shown what depends on who asks */
export function toCallRecordingDto(
  recording: Recording,
  shown: { readonly part: number; readonly playbackUrl: string | null; readonly isSupervisor: boolean },
): CallRecordingDto {
  const { id, callId, state, durationSeconds, reportedAt, tries, why, nextTryAt } = recording;
  const { size, sha256, contentType, storedAt, removedAt, removedWhy } = recording;
  return {
    id,
    callId,
    part: shown.part,
    state,
    playbackUrl: shown.playbackUrl,
    durationSeconds,
    reportedAt,
    tries,
    why,
    nextTryAt,
    size: size === null ? null : Number(size),
    sha256: sha256?.toString('hex') ?? null,
    contentType,
    storedAt,
    hold: toHoldDto(recording),
    removedAt,
    removedWhy,
    ...(shown.isSupervisor && { pbxUrl: recording.url }),
  };
}

export function toListenDto(listen: RecordingListen): ListenDto {
  const { userId, role, address, firstAt, lastAt, requests, bytes } = listen;
  return { userId, role, address, firstAt, lastAt, requests, bytes: Number(bytes) };
}
