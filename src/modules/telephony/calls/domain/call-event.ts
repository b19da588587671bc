import type { Disposition } from './call-vocabulary.js';

/** `incoming`: rings at an extension; `missed`: was not answered at an extension. */
export const CALL_EVENT_TYPES = ['incoming', 'ringing', 'answered', 'ended', 'missed', 'recording'] as const;
export type CallEventType = (typeof CALL_EVENT_TYPES)[number];

/** Source of a time: the PBX's `timestamp`, or when we received an event without a usable one. */
export type TimeSource = 'pbx' | 'received';

/** The customer's number in an event. `e164` is null if `raw` is not a valid telephone number. */
export interface ReportedNumber {
  readonly raw: string;
  readonly e164: string | null;
}

/** One event of a call, independent of the PBX's format. null: the payload has no such field. */
export interface CallEvent {
  readonly type: CallEventType;
  /** The PBX's id of the call; null only for a missed call that was reported without it. */
  readonly externalCallId: string | null;
  /** The CRM's id from the start request, echoed by the PBX. */
  readonly crmCallId: string | null;
  /** `reportedAt`; `receivedAt` if that is null or from the future. */
  readonly occurredAt: Date;
  /** Source of `occurredAt`. */
  readonly timeSource: TimeSource;
  /** The PBX's own `timestamp`, which may be from the future; null: none, or not readable. */
  readonly reportedAt: Date | null;
  /** When the event was received, by our clock; a replay keeps the time of its receipt. */
  readonly receivedAt: Date;
  readonly customer: ReportedNumber | null;
  readonly extension: string | null;
  readonly durationSeconds: number | null;
  /** As the PBX wrote it. */
  readonly endReason: string | null;
  readonly disposition: Disposition | null;
  readonly recordingUrl: string | null;
  readonly recordingDurationSeconds: number | null;
  readonly queueName: string | null;
  readonly trunkName: string | null;
  readonly waitSeconds: number | null;
  readonly holdSeconds: number | null;
  /** The whole payload, unknown fields included. */
  readonly payload: Readonly<Record<string, unknown>>;
}
