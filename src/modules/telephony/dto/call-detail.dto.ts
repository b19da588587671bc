import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { ErrorDetail } from '../../../common/errors/domain-error.js';
import { RecordedCallDto } from '../calls/dto/call.dto.js';
import {
  RECEIPT_OUTCOMES,
  type ReceiptOutcome,
  WebhookReceipt,
} from '../webhooks/inbox/receipts/webhook-receipt.entity.js';

/** One webhook delivery of the PBX about a call. */
export class CallReceiptDto {
  @ApiProperty({ example: '1204' }) id: string;
  @ApiProperty({ example: 'call-ended' }) route: string;
  @ApiProperty({ type: String, nullable: true, example: 'call_ended' }) eventType: string | null;
  @ApiProperty({ enum: RECEIPT_OUTCOMES }) outcome: ReceiptOutcome;
  @ApiProperty({ example: '203.0.113.9' }) sourceAddress: string;
  @ApiProperty({ type: Date, nullable: true }) occurredAt: Date | null;
  @ApiProperty({ type: String, enum: ['pbx', 'received'], nullable: true }) occurredAtSource:
    'pbx' | 'received' | null;
  @ApiProperty({ type: Number, nullable: true }) clockSkewSeconds: number | null;
  @ApiProperty({ type: [String], example: ['recording_url'] }) ignoredFields: string[];
  @ApiProperty() receivedAt: Date;
  @ApiProperty({ type: Object, nullable: true }) errorDetails: ErrorDetail[] | null;
  @ApiProperty({ example: '{"event":"call_ended","bracknet_call_id":"BN-CALL-456789"}' }) body: string;
}

export class CallDetailDto extends RecordedCallDto {
  @ApiPropertyOptional({
    type: [CallReceiptDto],
    description: 'For supervisors: the webhook deliveries about this call, unmasked.',
  })
  receipts?: CallReceiptDto[];
}

export function toCallReceiptDto(receipt: WebhookReceipt): CallReceiptDto {
  const { id, route, eventType, outcome, sourceAddress } = receipt;
  const { occurredAt, occurredAtSource, clockSkewSeconds, receivedAt, errorDetails } = receipt;
  return {
    id,
    route,
    eventType,
    outcome,
    sourceAddress,
    occurredAt,
    occurredAtSource,
    clockSkewSeconds,
    ignoredFields: receipt.ignoredFields ?? [],
    receivedAt,
    errorDetails,
    body: receipt.body.toString('utf8'),
  };
}
