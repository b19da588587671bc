import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ErrorDetailDto } from '../../../../common/errors/error-body.js';
import { type ErrorCode } from '../../../../common/errors/error-code.js';
import { VERIFY_RESULTS, type VerifyResult } from '../../../metrics/webhook-metrics.js';
import { CALL_EVENT_TYPES, type CallEventType, type TimeSource } from '../../calls/domain/call-event.js';
import { DISPOSITIONS, type Disposition } from '../../calls/domain/call-vocabulary.js';
import { SIGNATURE_FAULTS, type SignatureFault } from '../ingress/webhook-signature.js';
import type { SignatureMode } from '../ingress/webhook-verification.js';

/** valid; would_be_refused: in monitor mode, where the fault is only counted; not_checked: signatures are off. */
export const SIGNATURE_RESULTS = ['valid', 'would_be_refused', 'not_checked'] as const;

export class VerifiedSignatureDto {
  @ApiProperty({ enum: ['off', 'monitor', 'enforce'], example: 'enforce' }) mode: SignatureMode;
  @ApiProperty({ enum: ['standard', 'bracknet'], example: 'standard' }) profile: string;
  @ApiProperty({ enum: SIGNATURE_RESULTS, example: 'valid' }) result: (typeof SIGNATURE_RESULTS)[number];
  @ApiProperty({
    type: String,
    nullable: true,
    example: '0a1b2c3d',
    description: 'Id of the secret that signed it: the operator knows which one that is. null: not valid.',
  })
  keyId: string | null;
  @ApiProperty({
    type: Number,
    nullable: true,
    example: 2,
    description:
      'Seconds since the time of signing, by the clock of the service; negative: the sender is ahead. null: unknown.',
  })
  ageSeconds: number | null;
  @ApiProperty({ enum: SIGNATURE_FAULTS, nullable: true, example: null })
  reason: SignatureFault | null;
  @ApiProperty({
    type: String,
    nullable: true,
    example: null,
    description: 'Name of the header that is wrong.',
  })
  header: string | null;
}

export class VerifiedTimeDto {
  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    example: '2026-01-03T10:32:25.000Z',
    description: '`timestamp` of the event as it was read, in UTC; null: none that can be read.',
  })
  reportedAt: string | null;
  @ApiProperty({
    type: String,
    format: 'date-time',
    example: '2026-01-03T10:32:25.000Z',
    description: 'When the event happened, as the call log would have it.',
  })
  occurredAt: string;
  @ApiProperty({ enum: ['pbx', 'received'], description: 'pbx: `timestamp`; received: the time of receipt.' })
  source: TimeSource;
  @ApiProperty({ example: 'Asia/Dhaka', description: 'The zone in which a time without an offset is read.' })
  timeZone: string;
}

export class VerifiedCallerDto {
  @ApiProperty({ example: '+880*******678', description: 'As it was read, digits masked.' }) number: string;
  @ApiProperty({ description: 'false: kept as text, but no telephone number.' }) isPhoneNumber: boolean;
}

/** What was understood of the event. null: the event has no such field, or it cannot be read. */
export class VerifiedEventDto {
  @ApiProperty({ enum: CALL_EVENT_TYPES, nullable: true, description: 'null: nobody knows this event.' })
  type: CallEventType | null;
  @ApiProperty({ example: 'call_ended', description: 'As the event writes it.' }) name: string;
  @ApiProperty({ type: String, nullable: true, example: 'BN-CALL-456789' }) callId: string | null;
  @ApiProperty({ type: String, nullable: true, example: null }) crmCallId: string | null;
  @ApiProperty({ type: VerifiedTimeDto, nullable: true }) time: VerifiedTimeDto | null;
  @ApiProperty({ type: VerifiedCallerDto, nullable: true }) caller: VerifiedCallerDto | null;
  @ApiProperty({ type: String, nullable: true, example: '201' }) extension: string | null;
  @ApiProperty({ type: Number, nullable: true, example: 135 }) durationSeconds: number | null;
  @ApiProperty({ type: String, nullable: true, example: 'completed' }) endReason: string | null;
  @ApiProperty({ enum: DISPOSITIONS, nullable: true, example: null }) disposition: Disposition | null;
  @ApiProperty({ type: String, nullable: true, example: null }) recordingUrl: string | null;
  @ApiProperty({ type: Number, nullable: true, example: null }) recordingDurationSeconds: number | null;
  @ApiProperty({ type: String, nullable: true, example: null }) queueName: string | null;
  @ApiProperty({ type: String, nullable: true, example: null }) trunkName: string | null;
  @ApiProperty({ type: Number, nullable: true, example: null }) waitSeconds: number | null;
  @ApiProperty({ type: Number, nullable: true, example: null }) holdSeconds: number | null;
}

/** The error with which the address of the event would have answered. */
export class VerifiedErrorDto {
  @ApiProperty({ example: 400 }) statusCode: number;
  @ApiProperty({ enum: ['WEBHOOK_INVALID', 'WEBHOOK_EVENT_MISMATCH'] }) code: ErrorCode;
  @ApiProperty() message: string;
  @ApiPropertyOptional({ type: [ErrorDetailDto] }) details?: ErrorDetailDto[];
}

export class WebhookVerifyAnswer {
  @ApiProperty({ enum: ['ok'], example: 'ok' }) status: 'ok';
  @ApiProperty({ description: 'Whether the address of the event would answer 200.' }) accepted: boolean;
  @ApiProperty({
    enum: VERIFY_RESULTS,
    example: 'accepted',
    description: 'ignored: kept, of no known kind; refused: kept, and answered with `error`.',
  })
  result: VerifyResult;
  @ApiProperty({
    example: '/api/webhook/bracknet/call-ended',
    description: 'Where to post the event, by the name in `event`; without one, the address that takes all.',
  })
  address: string;
  @ApiProperty() signature: VerifiedSignatureDto;
  @ApiProperty({ type: VerifiedEventDto, nullable: true }) event: VerifiedEventDto | null;
  @ApiProperty({ type: [String], description: 'Fields that cannot be read, so that they are left out.' })
  ignoredFields: string[];
  @ApiProperty({
    type: [ErrorDetailDto],
    description: 'What is not as it should be, but no reason to refuse.',
  })
  problems: ErrorDetailDto[];
  @ApiProperty({ type: VerifiedErrorDto, nullable: true }) error: VerifiedErrorDto | null;
}
