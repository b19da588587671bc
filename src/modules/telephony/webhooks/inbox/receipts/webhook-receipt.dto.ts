import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import { IsBoolean, IsIn, IsInt, IsOptional, Max, Min } from 'class-validator';
import type { ErrorDetail } from '../../../../../common/errors/domain-error.js';
import { ErrorDetailDto } from '../../../../../common/errors/error-body.js';
import { CursorQuery } from '../../../../../common/http/cursor-query.js';
import { IsText } from '../../../../../common/http/is-text.decorator.js';
import { LARGEST_ID } from '../../../../../common/limits.js';
import { maskNumbersIn } from '../../../../../common/phone-number.js';
import type { RowChange } from '../../reprojection/row-changes.js';
import { readableBody, maskedBody } from './receipt-body.js';
import { REPLAY_RESULTS, type Replay } from './receipt-replay.js';
import type { ReceiptSummary } from './receipt-search.js';
import { RECEIPT_OUTCOMES, type ReceiptOutcome, WebhookReceipt } from './webhook-receipt.entity.js';

export class WebhookReceiptListQuery extends CursorQuery {
  @ApiPropertyOptional({
    type: String,
    example: 'quarantined,dead',
    description: `One or several, separated by commas, of ${RECEIPT_OUTCOMES.join(', ')}.`,
  })
  @IsOptional()
  @Transform(({ value }) => [value].flat().flatMap((text: unknown) => String(text).split(',')))
  @IsIn(RECEIPT_OUTCOMES, { each: true })
  outcome?: ReceiptOutcome[];

  @ApiPropertyOptional({ example: 'WEBHOOK_INVALID', description: 'Why it was set aside.' })
  @IsOptional()
  @IsText(50)
  errorCode?: string;

  @ApiPropertyOptional({ example: '203.0.113.9', description: 'The address it came from.' })
  @IsOptional()
  @IsText(64)
  sourceAddress?: string;

  @ApiPropertyOptional({ example: 'call_ended', description: 'The event as the PBX named it.' })
  @IsOptional()
  @IsText(50)
  event?: string;

  @ApiPropertyOptional({ example: 'BN-CALL-456789', description: 'The PBX’s id of the call.' })
  @IsOptional()
  @IsText(255)
  externalCallId?: string;

  @ApiPropertyOptional({ example: 55, description: 'Our id of the call.' })
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(LARGEST_ID)
  callId?: number;
}

export class WebhookReceiptQuery {
  @ApiPropertyOptional({
    default: false,
    description: 'Telephone numbers in full. Who looked at what is logged.',
  })
  @IsOptional()
  @Transform(({ value }) => (value === 'true' ? true : value === 'false' ? false : value))
  @IsBoolean()
  unmasked: boolean = false;
}

export class ReplayReceiptRequest {
  // No @IsOptional: null must be rejected, not taken for false.
  @ApiPropertyOptional({ default: true, description: 'Says what would happen, and changes nothing.' })
  @IsBoolean()
  dryRun: boolean = true;

  @ApiPropertyOptional({ example: 'Release 1.4 knows this event', maxLength: 500 })
  @IsOptional()
  @IsText(500)
  reason?: string;
}

export class DiscardReceiptRequest {
  @ApiProperty({ example: 'Test call of the PBX vendor', maxLength: 500 })
  @IsText(500)
  reason: string;
}

/** A receipt without its body; times are ISO 8601 in UTC. */
export class WebhookReceiptDto {
  @ApiProperty({ example: '1204' }) id: string;
  @ApiProperty({ example: 'call-ended', description: 'The address it came by.' }) route: string;
  @ApiProperty({ type: String, nullable: true, example: 'call_ended' }) eventType: string | null;
  @ApiProperty({ type: String, nullable: true, example: 'BN-CALL-456789' }) externalCallId: string | null;
  @ApiProperty({ type: Number, nullable: true, example: 55, description: 'The call it is in.' })
  callId: number | null;
  @ApiProperty({ example: '203.0.113.9' }) sourceAddress: string;
  @ApiProperty({ type: String, nullable: true, description: 'The key it was signed with; null: unsigned.' })
  keyId: string | null;
  @ApiProperty({ enum: RECEIPT_OUTCOMES }) outcome: ReceiptOutcome;
  @ApiProperty({ type: String, nullable: true, example: 'WEBHOOK_INVALID' }) errorCode: string | null;
  @ApiProperty({ type: [ErrorDetailDto], nullable: true }) errorDetails: ErrorDetail[] | null;
  @ApiProperty({ type: Date, nullable: true }) occurredAt: Date | null;
  @ApiProperty({ type: String, enum: ['pbx', 'received'], nullable: true }) occurredAtSource:
    'pbx' | 'received' | null;
  @ApiProperty({
    type: Number,
    nullable: true,
    description: 'The PBX’s clock minus ours, if it is over two minutes ahead or over ten behind.',
  })
  clockSkewSeconds: number | null;
  @ApiProperty({
    type: [String],
    example: ['recording_url'],
    description: 'Fields that could not be read: the event was applied without them.',
  })
  ignoredFields: string[];
  @ApiProperty() receivedAt: Date;
  @ApiProperty({ example: 0, description: 'How often it was tried again.' }) attempts: number;
  @ApiProperty({ type: Date, nullable: true, description: 'When it is tried next.' })
  nextAttemptAt: Date | null;
  @ApiProperty({ type: String, enum: ['replayed', 'discarded'], nullable: true }) decision:
    'replayed' | 'discarded' | null;
  @ApiProperty({ type: Number, nullable: true, example: 1, description: 'The CRM user who decided.' })
  decidedBy: number | null;
  @ApiProperty({ type: Date, nullable: true }) decidedAt: Date | null;
  @ApiProperty({ type: String, nullable: true }) decisionReason: string | null;
}

export class WebhookReceiptListDto {
  @ApiProperty({ type: [WebhookReceiptDto] }) items: WebhookReceiptDto[];
  @ApiProperty({
    type: String,
    nullable: true,
    description: 'To go on with. A page may be short, or empty, and not the last: only null is the end.',
  })
  nextCursor: string | null;
}

export class WebhookReceiptDetailDto extends WebhookReceiptDto {
  @ApiProperty({ description: 'Whether telephone numbers are masked.' }) masked: boolean;
  @ApiProperty({ example: '{"event":"call_missed","from":"********678"}' }) body: string;
  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The exact bytes of an unmasked body that is no UTF-8.',
  })
  bodyBase64: string | null;
}

export class ReplayedColumnDto {
  @ApiProperty({ example: 'status' }) column: string;
  @ApiProperty({ type: String, nullable: true, description: 'null: too long to be shown.' })
  from: string | null;
  @ApiProperty({ type: String, nullable: true }) to: string | null;
}

export class ReplayedRowDto {
  @ApiProperty({ type: Number, nullable: true, description: 'null: a call that would be created.' })
  callId: number | null;
  @ApiProperty({ enum: ['changed', 'created', 'removed'], description: 'removed: joined to another call.' })
  kind: RowChange['kind'];
  @ApiProperty({ type: [ReplayedColumnDto] }) columns: ReplayedColumnDto[];
}

export class ReplayReceiptResponse {
  @ApiProperty({ description: 'true: nothing has changed.' }) dryRun: boolean;
  @ApiProperty({
    enum: REPLAY_RESULTS,
    description:
      'applied: it is in its call, or would be; refused: it is still not the contract; settled: it was not set aside any more.',
  })
  result: Replay['result'];
  @ApiProperty({
    type: Number,
    nullable: true,
    example: 55,
    description: 'The call. Of a dry run null, too, when it would be a new one.',
  })
  callId: number | null;
  @ApiProperty({ type: [ErrorDetailDto], nullable: true, description: 'Why it is refused.' })
  details: ErrorDetail[] | null;
  @ApiProperty({ type: [ReplayedRowDto], description: 'Of a dry run: how calls would change.' })
  changes: ReplayedRowDto[];
  @ApiProperty({ type: WebhookReceiptDto, description: 'As it stands now.' }) receipt: WebhookReceiptDto;
}

export function toRowChanges(changes: readonly RowChange[] = []): ReplayedRowDto[] {
  return changes.map(({ callId, kind, columns }) => ({
    callId: kind === 'created' ? null : callId,
    kind,
    columns: columns.map(({ column, values }) => ({
      column,
      from: values?.from ?? null,
      to: values?.to ?? null,
    })),
  }));
}

export function toWebhookReceiptDto(receipt: ReceiptSummary): WebhookReceiptDto {
  const { eventType, errorDetails, decisionReason } = receipt;
  return {
    ...plainFieldsOf(receipt),
    eventType: eventType === null ? null : maskNumbersIn(eventType),
    errorDetails: maskDetails(errorDetails),
    decisionReason: decisionReason === null ? null : maskNumbersIn(decisionReason),
  };
}

export function toWebhookReceiptDetailDto(
  receipt: WebhookReceipt,
  unmasked: boolean,
): WebhookReceiptDetailDto {
  return unmasked
    ? { ...plainFieldsOf(receipt), masked: false, ...readableBody(receipt.body) }
    : { ...toWebhookReceiptDto(receipt), masked: true, ...maskedBody(receipt.body) };
}

export function maskDetails(details: ErrorDetail[] | null): ErrorDetail[] | null {
  if (details === null) return null;
  return details.map(({ field, problem }) => ({ field, problem: maskNumbersIn(problem) }));
}

function plainFieldsOf(receipt: ReceiptSummary): WebhookReceiptDto {
  return {
    id: receipt.id,
    route: receipt.route,
    eventType: receipt.eventType,
    externalCallId: receipt.externalCallId,
    callId: receipt.callId,
    sourceAddress: receipt.sourceAddress,
    keyId: receipt.keyId,
    outcome: receipt.outcome,
    errorCode: receipt.errorCode,
    errorDetails: receipt.errorDetails,
    occurredAt: receipt.occurredAt,
    occurredAtSource: receipt.occurredAtSource,
    clockSkewSeconds: receipt.clockSkewSeconds,
    ignoredFields: receipt.ignoredFields ?? [],
    receivedAt: receipt.receivedAt,
    attempts: receipt.attempts,
    nextAttemptAt: receipt.nextAttemptAt,
    decision: receipt.decision,
    decidedBy: receipt.decidedBy,
    decidedAt: receipt.decidedAt,
    decisionReason: receipt.decisionReason,
  };
}
