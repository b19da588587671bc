import { ApiProperty } from '@nestjs/swagger';
import {
  LIFE_BASES,
  LIFE_RULE_CODES,
  type LifeBasis,
  type LifeRule,
} from '../calls/domain/life/life-rules.js';
import type { ColumnValue } from '../calls/domain/life/row-steps.js';
import { RECEIPT_OUTCOMES, type ReceiptOutcome } from '../webhooks/inbox/receipts/webhook-receipt.entity.js';

/** What an entry of the life of a call is. */
export const LIFE_ENTRY_KINDS = [
  'receipt',
  'report',
  'start',
  'former',
  'transfer',
  'inferred-end',
  'hangup',
  'customer',
  'clear',
  'erased',
] as const;
export type LifeEntryKind = (typeof LIFE_ENTRY_KINDS)[number];

export const CLOCK_REMARKS = ['ahead', 'behind', 'no-time'] as const;
export type ClockRemark = (typeof CLOCK_REMARKS)[number];

const VALUE = {
  oneOf: [
    { type: 'string' },
    { type: 'number' },
    { type: 'array', items: { oneOf: [{ type: 'string' }, { type: 'number' }] } },
  ],
  nullable: true,
};

export class LifeReceiptDto {
  @ApiProperty({ example: '1204' }) id: string;
  @ApiProperty({ type: String, nullable: true, example: 'call_ended' }) event: string | null;
  @ApiProperty({ example: 'call-ended', description: 'The address it came by.' }) route: string;
  @ApiProperty({
    example: 'evt_2b5f',
    description: 'The id of the delivery, by which repetitions are known.',
  })
  deliveryId: string;
  @ApiProperty({ enum: RECEIPT_OUTCOMES }) state: ReceiptOutcome;
  @ApiProperty({ description: 'By our clock.' }) receivedAt: Date;
  @ApiProperty({ type: Date, nullable: true, description: 'When it happened.' }) eventAt: Date | null;
  @ApiProperty({
    type: String,
    enum: CLOCK_REMARKS,
    nullable: true,
    description: 'ahead, behind: the clock of the PBX; no-time: the event had no usable time.',
  })
  clock: ClockRemark | null;
  @ApiProperty({ type: Number, nullable: true, description: 'The PBX’s clock minus ours, if it is far off.' })
  clockSkewSeconds: number | null;
  @ApiProperty({
    type: String,
    nullable: true,
    description: 'The PBX’s id of the call in this event; null: reported without one.',
  })
  externalCallId: string | null;
  @ApiProperty({ type: [String], description: 'Fields that could not be read.' }) ignoredFields: string[];
  @ApiProperty({ description: 'The body was erased on request.' }) erased: boolean;
  @ApiProperty({
    description:
      'Whether the row has what it reports. false: it can no longer be read, or is read otherwise now.',
  })
  counted: boolean;
}

export class LifeActDto {
  @ApiProperty({ type: Number, nullable: true, description: 'The CRM user; null: not recorded any more.' })
  userId: number | null;
  @ApiProperty({ type: String, enum: ['done', 'failed'] }) outcome: string;
  @ApiProperty({ type: String, nullable: true, example: 'PBX_TIMEOUT', description: 'Why it failed.' })
  code: string | null;
}

export class LifeChangeDto {
  @ApiProperty({ example: 'status' }) column: string;
  @ApiProperty(VALUE) from: ColumnValue;
  @ApiProperty({ ...VALUE, example: 'ringing' }) to: ColumnValue;
}

export class LifeEntryDto {
  @ApiProperty({ enum: LIFE_ENTRY_KINDS }) kind: LifeEntryKind;
  @ApiProperty({ description: 'When it was learnt or done, by our clock.' }) at: string;
  @ApiProperty({ type: LifeReceiptDto, nullable: true }) receipt: LifeReceiptDto | null;
  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Of a report: what was reported.',
    example: 'ended',
  })
  reported: string | null;
  @ApiProperty({ type: LifeActDto, nullable: true }) act: LifeActDto | null;
  @ApiProperty({ type: String, enum: LIFE_RULE_CODES, nullable: true, description: 'Of an inferred end.' })
  rule: LifeRule | null;
  @ApiProperty({ type: String, nullable: true, description: 'The rule in English.' }) sentence: string | null;
  @ApiProperty({ type: [LifeChangeDto], description: 'What it changed on the row.' })
  changes: LifeChangeDto[];
}

export class LifeExplanationDto {
  @ApiProperty({ example: 'status' }) column: string;
  @ApiProperty({ ...VALUE, example: 'completed' }) value: ColumnValue;
  @ApiProperty({ enum: LIFE_RULE_CODES, example: 'talk-answered' }) rule: LifeRule;
  @ApiProperty({ enum: LIFE_BASES }) basis: LifeBasis;
  @ApiProperty({ example: 'A person answered, nothing reported later says otherwise, and the call is over.' })
  sentence: string;
  @ApiProperty({ type: [Number], description: 'Positions in `entries`, from 0, of what it rests on.' })
  entries: number[];
}

export class LifeDifferenceDto {
  @ApiProperty({ example: 'end_reason' }) column: string;
  @ApiProperty(VALUE) stored: ColumnValue;
  @ApiProperty(VALUE) derived: ColumnValue;
}

export class LifeTaskDto {
  @ApiProperty({ example: 12 }) id: number;
  @ApiProperty({ type: String, nullable: true, description: 'Its status now; null: there is no such task.' })
  status: string | null;
  @ApiProperty({ type: String, nullable: true, example: 'missed_call' }) reason: string | null;
  @ApiProperty({ type: [String], description: 'The lines of its notes about this call.' }) lines: string[];
}

export class LifeEffectDto {
  @ApiProperty({ example: 'missedTask' }) effect: string;
  @ApiProperty({ description: 'When it was carried out.' }) at: string;
  @ApiProperty({ type: [Number], description: 'The tasks it changed.' }) taskIds: number[];
  @ApiProperty({ description: 'It follows from an inferred end, and is corrected once an end is reported.' })
  inferred: boolean;
}

export class LifeIdentityDto {
  @ApiProperty({ type: String, nullable: true }) externalCallId: string | null;
  @ApiProperty({ description: 'How many calls had this id of the PBX before.' }) occurrence: number;
  @ApiProperty({ type: [Number], description: 'Other calls that had the same id.' }) otherCallIds: number[];
  @ApiProperty({
    type: [String],
    description:
      'Other ids of the PBX under which receipts of this call came; null in a receipt: without one.',
  })
  otherExternalIds: string[];
  @ApiProperty({
    description: 'Misses that were reported without an id, and that the caller’s calls gave to this one.',
  })
  unnamedMisses: number;
}

export class CallLifeDto {
  @ApiProperty({ example: 55 }) id: number;
  @ApiProperty({ type: Date, nullable: true, description: 'The customer was erased then.' })
  erasedAt: string | null;
  @ApiProperty({ type: LifeIdentityDto }) identity: LifeIdentityDto;
  @ApiProperty({ description: 'How many receipts the call has.' }) receiptCount: number;
  @ApiProperty({ description: 'How many of them, between the first and the last, are left out here.' })
  receiptsLeftOut: number;
  @ApiProperty({ type: [LifeEntryDto], description: 'In the order in which it was learnt.' })
  entries: LifeEntryDto[];
  @ApiProperty({ type: [LifeExplanationDto] }) why: LifeExplanationDto[];
  @ApiProperty({
    type: [LifeDifferenceDto],
    description: 'Columns that an earlier version derived otherwise: the call was not derived again since.',
  })
  differences: LifeDifferenceDto[];
  @ApiProperty({ type: [LifeEffectDto], description: 'What the call caused.' }) effects: LifeEffectDto[];
  @ApiProperty({ type: [LifeTaskDto] }) tasks: LifeTaskDto[];
}
