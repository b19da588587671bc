import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ErrorBody } from '../../common/errors/error-body.js';
import { HTTP_STATUS_OF } from '../../common/errors/error-code.js';
import { BREAKER_STATES, type BreakerState } from '../metrics/pbx-metrics.js';
import type { VerificationState } from '../metrics/webhook-metrics.js';
import type { Checks, CheckStatus, Readiness } from './readiness.js';

const STATUSES: readonly CheckStatus[] = ['ok', 'degraded', 'unavailable'];

export class CheckDto {
  @ApiProperty({ enum: STATUSES }) status: CheckStatus;
  @ApiPropertyOptional({ description: 'What is wrong, for a person.', example: 'does not answer' })
  problem?: string;
}

export class QueueCheckDto extends CheckDto {
  @ApiProperty({ type: Number, nullable: true, example: 3 }) depth: number | null;
  @ApiProperty({ type: Number, nullable: true, example: 2000 }) limit: number | null;
}

/** Receipts of events that were not applied to a call; null while the database is unavailable. */
export class ReceiptsCheckDto extends CheckDto {
  @ApiProperty({ type: Number, nullable: true, example: 0 }) failed: number | null;
  @ApiProperty({ type: Number, nullable: true, example: 0 }) dead: number | null;
  @ApiProperty({ type: Number, nullable: true, example: 2 }) quarantined: number | null;
  @ApiProperty({ type: Number, nullable: true, example: null }) oldestFailedSeconds: number | null;
}

export class PbxCheckDto extends CheckDto {
  @ApiProperty({ enum: ['live', 'mock'] }) mode: 'live' | 'mock';
  @ApiProperty({ enum: BREAKER_STATES, nullable: true }) breaker: BreakerState | null;
}

export class WebhooksCheckDto extends CheckDto {
  @ApiProperty({ enum: ['off', 'monitor', 'enforce'] }) signatures: VerificationState['mode'];
  @ApiProperty({ type: String, nullable: true, example: 'standard' }) profile: string | null;
  @ApiProperty({ type: [String], description: 'Ids of the keys in use, never the keys.' })
  keyIds: readonly string[];
  @ApiProperty({ type: Date, nullable: true, description: 'When the last accepted webhook came.' })
  lastAcceptedAt: Date | null;
}

export class ClockCheckDto extends CheckDto {
  @ApiProperty({
    type: Number,
    nullable: true,
    example: 0.4,
    description: 'The time in the PBX’s latest event minus ours at its receipt; null: no event had a time.',
  })
  skewSeconds: number | null;
}

export class ChecksDto implements Checks {
  @ApiProperty() database: CheckDto;
  @ApiProperty() queue: QueueCheckDto;
  @ApiProperty() receipts: ReceiptsCheckDto;
  @ApiProperty() pbx: PbxCheckDto;
  @ApiProperty() webhooks: WebhooksCheckDto;
  @ApiProperty() clock: ClockCheckDto;
  @ApiProperty({ description: 'Whether instances tell each other what has changed.' }) changeFeed: CheckDto;
}

/** ok: no problem; degraded: events are accepted, but an operator should look. */
export class ReadyDto {
  @ApiProperty({ enum: ['ok', 'degraded'] }) status: CheckStatus;
  @ApiProperty() checks: ChecksDto;
}

/** The common error body plus all checks. */
export class NotReadyDto extends ErrorBody {
  @ApiProperty({ enum: ['unavailable'] }) status: CheckStatus;
  @ApiProperty() checks: ChecksDto;
}

/** Readiness always fails with 503, although WEBHOOK_QUEUE_FULL is a 429 on webhook routes. */
const NOT_READY_STATUS = HTTP_STATUS_OF.DATABASE_UNAVAILABLE;

const MESSAGES: Readonly<Record<NonNullable<Readiness['code']>, string>> = {
  DATABASE_UNAVAILABLE: 'The database does not answer',
  WEBHOOK_QUEUE_FULL: 'More events wait than may: the database does not keep up with the PBX',
};

export function readinessAnswer(
  { status, checks, code }: Readiness,
  requestId: string,
): ReadyDto | NotReadyDto {
  if (code === null) return { status, checks };
  const details = Object.entries<CheckDto>(checks).flatMap(([field, { problem }]) =>
    problem === undefined ? [] : [{ field, problem }],
  );
  return { statusCode: NOT_READY_STATUS, code, message: MESSAGES[code], requestId, details, status, checks };
}
