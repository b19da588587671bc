import type { ErrorDetail } from '../../../common/errors/domain-error.js';
import { readIncomingNumber } from '../../../common/incoming-number.js';
import { isFromFuture } from '../../../common/time/clock-skew.js';
import type { CallEvent, CallEventType, ReportedNumber } from '../calls/domain/call-event.js';
import type { Disposition } from '../calls/domain/call-vocabulary.js';
import { dispositionOfWord } from '../calls/domain/facts/end-reason.js';
import {
  CALL_EVENT_TYPE_OF,
  ENDING_EVENT_NAMES,
  EVENT_TYPE_OF_ROUTE,
  eventNameOf,
  FIELD_NAMES,
  type ReadPayload,
  type WebhookRoute,
} from './bracknet-event.js';
import { extensionUpTo, idUpTo, numberUpTo, secondsUpTo, textUpTo, wordUpTo } from './field-values.js';
import { recordingAddressUpTo } from './recording-address.js';
import { type Payload, PayloadReader } from './payload-reader.js';
import { timeIn } from './reported-time.js';

/** Longest plausible duration of a call, wait or hold: a day. */
const SECONDS = secondsUpTo(86_400);
const CALL_ID = idUpTo(255);
const CALLER = numberUpTo(100);
const EXTENSION = extensionUpTo(30);
const EVENT_NAME = wordUpTo(50);
const END_REASON = textUpTo(255);
const DISPOSITION = textUpTo(50);
const RECORDING_ADDRESS = recordingAddressUpTo(2048);
const LOCAL_RECORDING_ADDRESS = recordingAddressUpTo(2048, { isThisMachineAllowed: true });
const LINE_NAME = textUpTo(100);

/** Fields in which some senders put the whole event. */
const WRAPPERS = ['data', 'payload'] as const;
/** An object with one of these fields is a whole event, not just further data of one. */
const MARKS_OF_EVENT = [...FIELD_NAMES.event, ...FIELD_NAMES.externalCallId, ...FIELD_NAMES.customer];

export interface ReadingContext {
  readonly route: WebhookRoute;
  readonly receivedAt: Date;
  /** IANA zone in which a `timestamp` without an offset is read. */
  readonly timeZone: string;
  /**
   * Whether the body has to name its event on the routes of one event too. The signature does not cover the address: one
   * who intercepts a signed body that names none could post it to another one.
   */
  readonly requiresEvent?: boolean;
  /** Whether a recording may be on this machine: of a simulated PBX. */
  readonly allowsLocalRecordings?: boolean;
}

/**
 * Maps a webhook payload to a {@link CallEvent}. The same event gives the same result on its own route and on one-shot.
 * Unknown fields are allowed. Only the type of the event, the call it is about and the URL of a recording are required:
 * other fields that cannot be read are left out, and named in the result. Never throws.
 */
export function readPayload(body: unknown, context: ReadingContext): ReadPayload {
  if (!isObject(body)) return refused([{ field: '(body)', problem: 'must be a JSON object' }]);
  const reader = new PayloadReader(...sourcesOf(body));
  const written = writtenNameOf(reader, context.route);
  const name = written === null ? null : eventNameOf(written);

  if (written === null && context.requiresEvent === true) return refused(missingEvent(reader));
  const type = eventTypeOf(written, name, context.route);
  if (type === 'mismatch') return mismatch(written, context.route);
  if (type === null) {
    if (written !== null) return { kind: 'unknown-event', name: written };
    return refused(missingEvent(reader));
  }

  const event = readEvent(type, name, body, reader, context);
  const missing = missingIn(event, reader);
  if (missing.length > 0) return refused(missing);
  const { problems } = reader;
  const ignoredFields = [...new Set(problems.map(({ field }) => field))];
  return { kind: 'event', event, name: written ?? context.route, ignoredFields, problems };
}

/**
 * Of a wrapped event the inner fields take precedence, and the outer `id` is that of the message, not of a call. Other
 * inner data only fills gaps.
 */
function sourcesOf(body: Payload): Payload[] {
  for (const wrapper of WRAPPERS) {
    const inner = body[wrapper];
    if (!isObject(inner)) continue;
    if (!MARKS_OF_EVENT.some((name) => Object.hasOwn(inner, name))) return [body, inner];
    const { id: _messageId, ...outer } = body;
    return [inner, outer];
  }
  return [body];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** On the one-shot route the event may be named in `status`, if `event` names no known one. */
function writtenNameOf(reader: PayloadReader, route: WebhookRoute): string | null {
  const events = reader.all('event', EVENT_NAME);
  const known = events.find(isKnown);
  if (known !== undefined || route !== 'one-shot') return known ?? events[0] ?? null;
  const statuses = reader.all('status', EVENT_NAME);
  return statuses.find(isKnown) ?? events[0] ?? statuses[0] ?? null;
}

function isKnown(written: string): boolean {
  return eventNameOf(written) !== null;
}

/** null: the name is missing or unknown, on the one-shot route. */
function eventTypeOf(
  written: string | null,
  name: string | null,
  route: WebhookRoute,
): CallEventType | 'mismatch' | null {
  const named = name === null ? undefined : CALL_EVENT_TYPE_OF[name];
  if (route === 'one-shot') return named ?? null;
  const expected = EVENT_TYPE_OF_ROUTE[route];
  return written === null || named === expected ? expected : 'mismatch';
}

function readEvent(
  type: CallEventType,
  name: string | null,
  payload: Payload,
  reader: PayloadReader,
  { receivedAt, timeZone, allowsLocalRecordings = false }: ReadingContext,
): CallEvent {
  const nameWord = endReasonOfName(name);
  const endReason = reader.first(FIELD_NAMES.endReason, END_REASON);
  const disposition = dispositionOf(reader.first(FIELD_NAMES.disposition, DISPOSITION));
  const reportedAt = reader.first(FIELD_NAMES.timestamp, timeIn(timeZone));
  const isReported = reportedAt !== null && !isFromFuture(reportedAt, receivedAt);
  return {
    type,
    externalCallId: reader.first(FIELD_NAMES.externalCallId, CALL_ID),
    crmCallId: reader.first(FIELD_NAMES.crmCallId, CALL_ID),
    occurredAt: isReported ? reportedAt : receivedAt,
    timeSource: isReported ? 'pbx' : 'received',
    reportedAt,
    receivedAt,
    customer: customerOf(reader.first(FIELD_NAMES.customer, CALLER)),
    extension: reader.first(FIELD_NAMES.extension, EXTENSION),
    durationSeconds: reader.first(FIELD_NAMES.durationSeconds, SECONDS),
    endReason: endReason ?? nameWord,
    // The name of the event is a word of its own beside a reason.
    disposition: disposition ?? (endReason === null ? null : dispositionOf(nameWord)),
    recordingUrl: reader.first(
      FIELD_NAMES.recordingUrl,
      allowsLocalRecordings ? LOCAL_RECORDING_ADDRESS : RECORDING_ADDRESS,
    ),
    recordingDurationSeconds: reader.first(FIELD_NAMES.recordingDurationSeconds, SECONDS),
    queueName: reader.first(FIELD_NAMES.queueName, LINE_NAME),
    trunkName: reader.first(FIELD_NAMES.trunkName, LINE_NAME),
    waitSeconds: reader.first(FIELD_NAMES.waitSeconds, SECONDS),
    holdSeconds: reader.first(FIELD_NAMES.holdSeconds, SECONDS),
    payload,
  };
}

function missingEvent(reader: PayloadReader): ErrorDetail[] {
  return reader.problemsOf(FIELD_NAMES.event, 'is required: name the event, such as "call_ended"');
}

/** What is wrong with the fields without which the event is about nothing. */
function missingIn(event: CallEvent, reader: PayloadReader): ErrorDetail[] {
  const { externalCallId: id, customer: caller, recordingUrl: recording } = FIELD_NAMES;
  const missing: ErrorDetail[] = [];
  if (event.externalCallId === null && event.type !== 'missed') {
    missing.push(...reader.problemsOf(id, 'is required'));
  }
  if (event.externalCallId === null && event.type === 'missed' && event.customer === null) {
    missing.push(...reader.problemsOf([...caller, ...id], `is required without ${id[0]}`));
  }
  if (event.recordingUrl === null && event.type === 'recording') {
    missing.push(...reader.problemsOf(recording, 'is required'));
  }
  return missing;
}

function customerOf(text: string | null): ReportedNumber | null {
  if (text === null) return null;
  const number = readIncomingNumber(text);
  return { raw: text, e164: number.kind === 'number' ? number.e164 : null };
}

function endReasonOfName(name: string | null): string | null {
  return name !== null && ENDING_EVENT_NAMES.has(name) ? name : null;
}

/** An unknown disposition is ignored; it stays in the payload in `meta`. */
function dispositionOf(text: string | null): Disposition | null {
  return text === null ? null : dispositionOfWord(text);
}

function mismatch(written: string | null, route: WebhookRoute): ReadPayload {
  return {
    kind: 'refused',
    code: 'WEBHOOK_EVENT_MISMATCH',
    message: `This address takes another event than the one the body names. Post it to its own address, or to /api/telephony/webhook/bracknet, which takes all`,
    details: [{ field: 'event', problem: `"${written}" does not belong on /${route}` }],
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
