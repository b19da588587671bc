import { ApiProperty, ApiPropertyOptional, PickType } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsBoolean, IsIn, IsOptional } from 'class-validator';
import { IsText } from '../../../../../../common/http/is-text.decorator.js';
import { UNSETTLED_OUTCOMES } from '../webhook-receipt.entity.js';
import { WebhookReceiptListQuery } from '../webhook-receipt.dto.js';

/** Most receipts that one request discards, so that its transaction is short. */
export const MOST_DISCARDED = 1_000;

/** The receipts that remain are counted up to this number. */
export const MOST_REMAINING = 10_000;

/** Filters of the list besides `outcome`. */
export const DISCARD_FILTERS = [
  'errorCode',
  'sourceAddress',
  'event',
  'externalCallId',
  'callId',
  'from',
  'to',
] as const;

/** At least one filter is required. */
export class BulkDiscardRequest extends PickType(WebhookReceiptListQuery, DISCARD_FILTERS) {
  @ApiPropertyOptional({
    enum: UNSETTLED_OUTCOMES,
    isArray: true,
    description: 'Without it: all that wait for a decision.',
  })
  @IsOptional()
  @Transform(({ value }) => [value].flat().flatMap((text: unknown) => String(text).split(',')))
  @IsIn(UNSETTLED_OUTCOMES, {
    each: true,
    message: `each $property must be one of ${UNSETTLED_OUTCOMES.join(', ')}`,
  })
  outcome?: (typeof UNSETTLED_OUTCOMES)[number][];

  @ApiProperty({ example: 'Test calls of the PBX vendor', maxLength: 500 })
  @IsText(500)
  reason: string;

  // No @IsOptional: null must be rejected, not taken for false.
  @ApiPropertyOptional({ default: false, description: 'Says what would happen, and changes nothing.' })
  @IsBoolean()
  dryRun: boolean = false;
}

export class BulkDiscardResponse {
  @ApiProperty({ description: 'true: nothing has changed.' }) dryRun: boolean;
  @ApiProperty({
    example: 1000,
    description: `How many were discarded, oldest first, or would be: at most ${MOST_DISCARDED}.`,
  })
  discarded: number;
  @ApiProperty({ example: 412, description: `How many more match, counted up to ${MOST_REMAINING}.` })
  remaining: number;
}
