import type { ErrorDetail } from '../../../common/errors/domain-error.js';
import type { CallEvent, CallEventType } from '../calls/domain/call-event.js';

/** The five routes of single events, and `one-shot` for any event. Receipts store these names. */
export const WEBHOOK_ROUTES = [
  'incoming-call',
  'call-answered',
  'call-ended',
  'call-recording',
  'call-missed',
  'one-shot',
] as const;
export type WebhookRoute = (typeof WEBHOOK_ROUTES)[number];

/** Event types by the names that the PBX uses in `event` or `status`; see {@link eventNameOf} for other spellings. */
export const CALL_EVENT_TYPE_OF: Readonly<Record<string, CallEventType>> = {
  incoming_call: 'incoming',
  ringing: 'ringing',
  call_answered: 'answered',
  answered: 'answered',
  connected: 'answered',
  call_ended: 'ended',
  ended: 'ended',
  hangup: 'ended',
  call_hangup: 'ended',
  completed: 'ended',
  failed: 'ended',
  busy: 'ended',
  no_answer: 'ended',
  call_missed: 'missed',
  missed_call: 'missed',
  call_recording_ready: 'recording',
  call_recording: 'recording',
};

export const EVENT_TYPE_OF_ROUTE: Readonly<Record<Exclude<WebhookRoute, 'one-shot'>, CallEventType>> = {
  'incoming-call': 'incoming',
  'call-answered': 'answered',
  'call-ended': 'ended',
  'call-recording': 'recording',
  'call-missed': 'missed',
};

/** Names of ended events that also say how the call ended. They are used as the end reason if the event has none. */
export const ENDING_EVENT_NAMES: ReadonlySet<string> = new Set(['completed', 'failed', 'busy', 'no_answer']);

const EVENT_NAME_OF_KEY = new Map(Object.keys(CALL_EVENT_TYPE_OF).map((name) => [keyOfName(name), name]));

/** The name as in {@link CALL_EVENT_TYPE_OF}: `call.ended`, `CallEnded` and `CALL-ENDED` are `call_ended`. null: unknown. */
export function eventNameOf(written: string): string | null {
  // Fast path: usually the name needs no normalisation.
  if (Object.hasOwn(CALL_EVENT_TYPE_OF, written)) return written;
  return EVENT_NAME_OF_KEY.get(keyOfName(written)) ?? null;
}

function keyOfName(name: string): string {
  return name.toLowerCase().replaceAll(/[\s._:/-]+/gu, '');
}

/** The names of every field, in the order in which they are looked for. The first one is the name of the field. */
export const FIELD_NAMES = {
  event: ['event'],
  status: ['status'],
  externalCallId: ['bracknet_call_id', 'callId', 'id', 'call_id', 'callid', 'linkedid', 'uniqueid'],
  crmCallId: ['crm_call_id'],
  customer: ['from', 'customer_number', 'customerPhone'],
  extension: ['to_extension', 'agent_extension'],
  timestamp: ['timestamp'],
  durationSeconds: ['duration'],
  endReason: ['end_reason'],
  disposition: ['disposition', 'call_disposition'],
  recordingUrl: ['recording_url', 'recordingUrl'],
  recordingDurationSeconds: ['recording_duration'],
  queueName: ['queue_name', 'queueName', 'queue'],
  trunkName: ['trunk_name', 'trunkName', 'trunk'],
  waitSeconds: ['wait_seconds', 'waitSeconds'],
  holdSeconds: ['hold_seconds', 'holdSeconds'],
} as const;

const FIELD_OF_NAME: ReadonlyMap<string, string> = new Map(
  Object.values(FIELD_NAMES).flatMap((names) => names.map((name) => [name, names[0]] as const)),
);

/** The name of the field that has this name too, out of a closed set: `recordingUrl` is `recording_url`. */
export function fieldNamed(name: string): string {
  return FIELD_OF_NAME.get(name) ?? 'other';
}

/** The result of reading a payload. */
export type ReadPayload =
  | {
      readonly kind: 'event';
      readonly event: CallEvent;
      readonly name: string;
      /** Names of the fields that could not be read, as the payload writes them: the event is read without them. */
      readonly ignoredFields: readonly string[];
      /** Why: one or several for each of these fields. */
      readonly problems: readonly ErrorDetail[];
    }
  | { readonly kind: 'unknown-event'; readonly name: string }
  | {
      readonly kind: 'refused';
      readonly code: 'WEBHOOK_INVALID' | 'WEBHOOK_EVENT_MISMATCH';
      readonly message: string;
      readonly details: ErrorDetail[];
    };
