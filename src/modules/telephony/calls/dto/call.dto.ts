import { ApiProperty, ApiPropertyOptional, IntersectionType } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsIn, IsOptional } from 'class-validator';
import { IsText } from '../../../../common/http/is-text.decorator.js';
import { PageQuery } from '../../../../common/http/page-query.js';
import { Call } from '../call.entity.js';
import {
  CALL_STATUSES,
  type CallStatus,
  type Direction,
  DIRECTIONS,
  DISPOSITIONS,
  type Disposition,
} from '../domain/call-vocabulary.js';
import { CallFilterQuery } from '../log/call-filter.dto.js';
import type { PlayableRecording } from '../playback-links.js';

/** What a list has only when it is asked for. */
const CALL_LIST_EXTRAS = ['meta'] as const;
type CallListExtra = (typeof CALL_LIST_EXTRAS)[number];

export class CallListQuery extends IntersectionType(CallFilterQuery, PageQuery) {
  @ApiPropertyOptional({
    description:
      '`nextCursor` of the page before, in place of `page`: at any depth as fast as the first page.',
  })
  @IsOptional()
  @IsText(200)
  cursor?: string;

  @ApiPropertyOptional({
    type: String,
    enum: CALL_LIST_EXTRAS,
    description: 'meta: each call with its raw payloads, which are most of its bytes.',
  })
  @IsOptional()
  @Transform(({ value }) => [value].flat().flatMap((text: unknown) => String(text).split(',')))
  @IsIn(CALL_LIST_EXTRAS, { each: true, message: `$property must be ${CALL_LIST_EXTRAS.join(', ')}` })
  include?: CallListExtra[];
}

/** A call for the CRM's front end; times are ISO 8601 in UTC. */
export class CallDto {
  @ApiProperty({ example: 55 }) id: number;
  @ApiProperty({ example: 'bracknet' }) provider: string;
  @ApiProperty({ type: String, nullable: true, example: 'BN-CALL-456789' }) externalCallId: string | null;
  @ApiProperty({ type: String, nullable: true, example: 'CRM-CALL-987654' }) crmCallId: string | null;
  @ApiProperty({ type: Number, nullable: true }) taskId: number | null;
  @ApiProperty({ type: Number, nullable: true, example: 7 }) agentUserId: number | null;
  @ApiProperty({
    type: String,
    nullable: true,
    example: '201',
    description: 'Extension that has the call, or had it last.',
  })
  agentPhone: string | null;
  @ApiProperty({
    type: String,
    nullable: true,
    example: '201',
    description: 'Extension that answered first.',
  })
  firstAgentPhone: string | null;
  @ApiProperty({ example: '01700000000', description: 'As received; empty while none is known.' })
  customerPhone: string;
  @ApiProperty({ type: String, nullable: true, example: '+8801700000000' }) customerNumberE164: string | null;
  @ApiProperty({ type: Number, nullable: true, description: 'The customer found by that number.' })
  customerId: number | null;
  @ApiProperty({ enum: DIRECTIONS }) direction: Direction;
  @ApiProperty({ enum: CALL_STATUSES }) status: CallStatus;
  @ApiProperty({ enum: DISPOSITIONS, nullable: true }) disposition: Disposition | null;
  @ApiProperty({ type: String, nullable: true, example: 'completed' }) endReason: string | null;
  @ApiProperty({ type: Date, nullable: true }) startedAt: Date | null;
  @ApiProperty({ type: Date, nullable: true }) answeredAt: Date | null;
  @ApiProperty({ type: Date, nullable: true }) endedAt: Date | null;
  @ApiProperty({ type: Number, nullable: true, example: 135 }) durationSeconds: number | null;
  @ApiProperty({ type: Number, nullable: true }) waitSeconds: number | null;
  @ApiProperty({ type: Number, nullable: true }) holdSeconds: number | null;
  @ApiProperty({ description: 'Whether the PBX reported a recording of it.' }) hasRecording: boolean;
  @ApiProperty({
    type: String,
    nullable: true,
    example: '/api/telephony/recordings/91/audio?ticket=eyJhbGciOiJIUzI1NiJ9…',
    description: 'Where this user hears the newest recording, for an hour. null: there is none to hear.',
  })
  recordingUrl: string | null;
  @ApiProperty({ type: Number, nullable: true }) recordingDurationSeconds: number | null;
  @ApiProperty({ type: String, nullable: true }) queueName: string | null;
  @ApiProperty({ type: String, nullable: true }) trunkName: string | null;
  @ApiProperty({
    type: [String],
    example: ['duration_seconds'],
    description: 'Columns inferred, not reported.',
  })
  inferred: string[];
  @ApiProperty({ example: 3, description: 'Grows with every change.' }) version: number;
  @ApiProperty() createdAt: Date;
  @ApiProperty() updatedAt: Date;
}

export class ListedCallDto extends CallDto {
  @ApiPropertyOptional({
    type: Object,
    nullable: true,
    description: 'Raw payloads, for support; absent unless `include=meta` asks for it.',
  })
  meta?: Record<string, unknown> | null;
}

/** One recording of a call. */
export class RecordingDto {
  @ApiProperty({ example: 91 }) id: number;
  @ApiProperty({
    type: String,
    nullable: true,
    example: '/api/telephony/recordings/91/audio?ticket=eyJhbGciOiJIUzI1NiJ9…',
    description: 'As `recordingUrl` of a call.',
  })
  url: string | null;
  @ApiProperty({ type: Number, nullable: true, example: 135 }) durationSeconds: number | null;
  @ApiProperty({ type: Date, description: 'When its report was received.' }) at: Date;
}

export class RecordedCallDto extends CallDto {
  @ApiProperty({
    type: Object,
    nullable: true,
    description:
      'Raw payloads, for support. One over 8 KiB, and the older ones beyond 32 KiB, are null: `leftOut` says why.',
  })
  meta: Record<string, unknown> | null;

  @ApiProperty({ type: [RecordingDto], description: 'All recordings of the call, in order.' })
  recordings: RecordingDto[];
}

export class CallListDto {
  @ApiProperty({ type: [ListedCallDto] }) items: ListedCallDto[];
  @ApiProperty({
    type: Number,
    nullable: true,
    example: 1,
    description: 'null when a cursor was given: the first page says it.',
  })
  total: number | null;
  @ApiProperty({ example: 1 }) page: number;
  @ApiProperty({ example: 50, description: 'The limit that was used.' }) limit: number;
  @ApiProperty({ description: 'false: there are more calls than `total`, which were not counted.' })
  totalIsExact: boolean;
  @ApiProperty({
    type: String,
    nullable: true,
    description:
      '`cursor` of the next page; null: there is none. A page may be short, even empty, and have a next one: ' +
      'for filters that few calls match, each request examines a part of all calls.',
  })
  nextCursor: string | null;
  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'Calls that began then or later are examined; null: all are.',
  })
  examinedTo: string | null;
}

/** The columns of {@link CallDto}. */
export const LISTED_COLUMNS = [
  'id',
  'provider',
  'externalCallId',
  'crmCallId',
  'taskId',
  'agentUserId',
  'agentPhone',
  'firstAgentPhone',
  'customerPhone',
  'customerNumberE164',
  'customerId',
  'direction',
  'status',
  'disposition',
  'endReason',
  'startedAt',
  'answeredAt',
  'endedAt',
  'durationSeconds',
  'waitSeconds',
  'holdSeconds',
  'recordingUrl',
  'recordingDurationSeconds',
  'queueName',
  'trunkName',
  'inferred',
  'version',
  'createdAt',
  'updatedAt',
] as const satisfies readonly (keyof CallDto)[];
type ListedColumn = (typeof LISTED_COLUMNS)[number];

/** A row of which only these columns were read. */
export type ListedCall = Pick<Call, ListedColumn> & Partial<Pick<Call, 'meta'>>;

/** What an answer says of the recordings of its calls: it is made for one user. */
export interface ShownRecordings {
  readonly of: ReadonlyMap<number, readonly PlayableRecording[]>;
  /** Whether the raw payloads may say where the PBX has them. */
  readonly areAddressesShown: boolean;
}

export function toRecordedCallDto(call: Call, shown: ShownRecordings): RecordedCallDto {
  const recordings = (shown.of.get(call.id) ?? []).map((recording) => ({ ...recording }));
  return { ...toCallDto(call, shown), meta: shownMeta(call.meta, shown), recordings };
}

export function toListedCallDto(call: ListedCall, shown: ShownRecordings): ListedCallDto {
  const dto = toCallDto(call, shown);
  return call.meta === undefined ? dto : { ...dto, meta: shownMeta(call.meta, shown) };
}

function toCallDto(call: ListedCall, { of }: ShownRecordings): CallDto {
  const columns = Object.fromEntries(LISTED_COLUMNS.map((column) => [column, call[column]])) as Pick<
    Call,
    ListedColumn
  >;
  const newest = of.get(call.id)?.at(-1);
  return { ...columns, hasRecording: call.recordingUrl !== null, recordingUrl: newest?.url ?? null };
}

const ADDRESS_OF_RECORDING = /^recording_?url$/iu;

function shownMeta(meta: Call['meta'], { areAddressesShown }: ShownRecordings): Call['meta'] {
  return areAddressesShown ? meta : (withoutAddresses(meta) as Call['meta']);
}

/** The PBX's own address of a recording needs no ticket, and leaves no trace of who listened. */
function withoutAddresses(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutAddresses);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => !ADDRESS_OF_RECORDING.test(name))
      .map(([name, part]) => [name, withoutAddresses(part)]),
  );
}
