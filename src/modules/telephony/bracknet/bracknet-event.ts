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

/** Event types by the names that the PBX uses in `event` or `status`. */
export const CALL_EVENT_TYPE_OF: Readonly<Record<string, CallEventType>> = {
  incoming_call: 'incoming',
  ringing: 'ringing',
  call_answered: 'answered',
  answered: 'answered',
  connected: 'answered',
  call_ended: 'ended',
  ended: 'ended',
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

/** The result of reading a payload. */
export type ReadPayload =
  | { readonly kind: 'event'; readonly event: CallEvent; readonly name: string }
  | { readonly kind: 'unknown-event'; readonly name: string }
  | {
      readonly kind: 'refused';
      readonly code: 'WEBHOOK_INVALID' | 'WEBHOOK_EVENT_MISMATCH';
      readonly message: string;
      readonly details: ErrorDetail[];
    };
