import { DateTime } from 'luxon';
import type { ErrorDetail } from '../../../common/errors/domain-error.js';
import { readPhoneNumber } from '../../../common/phone-number.js';
import type { CallEvent, CallEventType, ReportedNumber, TimeSource } from '../calls/domain/call-event.js';
import { DISPOSITIONS, type Disposition } from '../calls/domain/call-vocabulary.js';
import { normaliseWord } from '../calls/domain/facts/end-reason.js';
import {
  CALL_EVENT_TYPE_OF,
  ENDING_EVENT_NAMES,
  EVENT_TYPE_OF_ROUTE,
  type ReadPayload,
  type WebhookRoute,
} from './bracknet-event.js';
import { PayloadReader } from './payload-reader.js';

/** Longest plausible duration of a call, wait or hold: a day. */
const MAX_SECONDS = 86_400;

export interface ReadingContext {
  readonly route: WebhookRoute;
  readonly receivedAt: Date;
  /** IANA zone in which a `timestamp` without an offset is read. */
  readonly timeZone: string;
}

/**
 * Maps a webhook payload to a {@link CallEvent}. The same event gives the same result on its own route and on one-shot.
 * Unknown fields are allowed. Known fields must match the contract; `details` of a refusal lists all that do not.
 */
export function readPayload(body: unknown, context: ReadingContext): ReadPayload {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return refused([{ field: '(body)', problem: 'must be a JSON object' }]);
  }
  const payload = body as Record<string, unknown>;
  const reader = new PayloadReader(payload);
  const name = eventName(reader, context.route);

  const type = eventTypeOf(name, context.route, reader);
  if (reader.problems.length > 0) return refused(reader.problems);
  if (type === 'mismatch') return mismatch(name, context.route);
  if (type === null) return { kind: 'unknown-event', name: name ?? '' };

  const event = readEvent(type, name, payload, reader, context);
  return reader.problems.length > 0
    ? refused(reader.problems)
    : { kind: 'event', event, name: name ?? context.route };
}

/** On the one-shot route the event may be named in `status`, if `event` names no known one. */
function eventName(reader: PayloadReader, route: WebhookRoute): string | null {
  const event = reader.text(['event'], 50);
  if (route !== 'one-shot' || (event !== null && isKnown(event))) return event;
  const status = reader.text(['status'], 50);
  return status !== null && (event === null || isKnown(status)) ? status : event;
}

function isKnown(name: string): boolean {
  return typeOfName(name) !== undefined;
}

function typeOfName(name: string): CallEventType | undefined {
  // Fast path: usually the name needs no normalisation.
  const key = Object.hasOwn(CALL_EVENT_TYPE_OF, name) ? name : normaliseEventName(name);
  return Object.hasOwn(CALL_EVENT_TYPE_OF, key) ? CALL_EVENT_TYPE_OF[key] : undefined;
}

/** null: the name is missing or unknown, on the one-shot route. */
function eventTypeOf(
  name: string | null,
  route: WebhookRoute,
  reader: PayloadReader,
): CallEventType | 'mismatch' | null {
  const named = name === null ? undefined : typeOfName(name);
  if (route !== 'one-shot') {
    const expected = EVENT_TYPE_OF_ROUTE[route];
    return name === null || named === expected ? expected : 'mismatch';
  }
  if (name === null) reader.addProblem('event', 'is required: name the event, such as "call_ended"');
  return named ?? null;
}

/** `Call-Answered` and `call answered` become `call_answered`. */
function normaliseEventName(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replaceAll(/[\s-]+/gu, '_');
}

function readEvent(
  type: CallEventType,
  name: string | null,
  payload: Record<string, unknown>,
  reader: PayloadReader,
  context: ReadingContext,
): CallEvent {
  const externalCallId = reader.text(['bracknet_call_id', 'callId', 'id'], 255);
  const from = reader.text(['from', 'customer_number', 'customerPhone'], 100);
  const recordingUrl = reader.url(['recording_url', 'recordingUrl'], 2048);
  if (type !== 'missed') reader.require('bracknet_call_id', externalCallId);
  else if (externalCallId === null) reader.require('from', from, 'is required without bracknet_call_id');
  if (type === 'recording') reader.require('recording_url', recordingUrl);

  const { occurredAt, timeSource } = timeOf(reader, context);
  return {
    type,
    externalCallId,
    crmCallId: reader.text(['crm_call_id'], 255),
    occurredAt,
    timeSource,
    reportedAt: timeSource === 'pbx' ? occurredAt : null,
    receivedAt: context.receivedAt,
    customer: customerOf(from),
    extension: reader.textOrInteger(['to_extension', 'agent_extension'], 30),
    durationSeconds: reader.seconds(['duration'], MAX_SECONDS),
    endReason: reader.textOrInteger(['end_reason'], 255) ?? endReasonOfName(type, name),
    disposition: dispositionOf(reader.text(['disposition', 'call_disposition'], 50)),
    recordingUrl,
    recordingDurationSeconds: reader.seconds(['recording_duration'], MAX_SECONDS),
    queueName: reader.text(['queue_name', 'queueName', 'queue'], 100),
    trunkName: reader.text(['trunk_name', 'trunkName', 'trunk'], 100),
    waitSeconds: reader.seconds(['wait_seconds', 'waitSeconds'], MAX_SECONDS),
    holdSeconds: reader.seconds(['hold_seconds', 'holdSeconds'], MAX_SECONDS),
    payload,
  };
}

function customerOf(text: string | null): ReportedNumber | null {
  if (text === null) return null;
  const number = readPhoneNumber(text);
  return { raw: text, e164: number.kind === 'number' ? number.e164 : null };
}

function endReasonOfName(type: CallEventType, name: string | null): string | null {
  if (type !== 'ended' || name === null) return null;
  const normalised = normaliseEventName(name);
  return ENDING_EVENT_NAMES.has(normalised) ? normalised : null;
}

/** An unknown disposition is ignored; it stays in the payload in `meta`. */
function dispositionOf(text: string | null): Disposition | null {
  if (text === null) return null;
  const word = normaliseWord(text);
  return DISPOSITIONS.find((disposition) => normaliseWord(disposition) === word) ?? null;
}

function timeOf(
  reader: PayloadReader,
  { receivedAt, timeZone }: ReadingContext,
): { occurredAt: Date; timeSource: TimeSource } {
  const text = reader.text(['timestamp'], 64);
  if (text === null) return { occurredAt: receivedAt, timeSource: 'received' };
  const occurredAt = readTime(text, timeZone);
  if (occurredAt === null) {
    reader.addProblem('timestamp', 'must be a real ISO 8601 date and time, such as 2026-01-03T10:30:00Z');
    return { occurredAt: receivedAt, timeSource: 'received' };
  }
  return { occurredAt, timeSource: 'pbx' };
}

/** The form of times in the contract. Luxon reads every form of ISO 8601, but takes ten times as long. */
const USUAL_TIME = /^20\d{2}-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-5]\d(?:\.\d{1,3})?Z$/u;

/** null: not a valid time of the years 2000 to 2100. */
function readTime(text: string, timeZone: string): Date | null {
  if (USUAL_TIME.test(text)) {
    const time = new Date(text);
    // Date reads February 30 as a day of March: such a day is rejected below.
    if (time.getUTCDate() === Number(text.slice(8, 10))) return time;
  }
  const time = DateTime.fromISO(text, { zone: timeZone });
  const isRead = time.isValid && /^\d{4}-?\d{2}-?\d{2}T/u.test(text);
  return isRead && time.year >= 2000 && time.year <= 2100 ? time.toJSDate() : null;
}

function mismatch(name: string | null, route: WebhookRoute): ReadPayload {
  return {
    kind: 'refused',
    code: 'WEBHOOK_EVENT_MISMATCH',
    message: `This address takes another event than the one the body names. Post it to its own address, or to /api/telephony/webhook/bracknet, which takes all`,
    details: [{ field: 'event', problem: `"${name}" does not belong on /${route}` }],
  };
}

function refused(details: ErrorDetail[]): ReadPayload {
  const fields = details.map(({ field, problem }) => `${field} ${problem}`).join('; ');
  return {
    kind: 'refused',
    code: 'WEBHOOK_INVALID',
    message: `The event was not understood: ${fields}`,
    details,
  };
}
