import type { Disposition } from './call-vocabulary.js';

/** What can be reported of a call. `incoming` rings an agent; `missed` says that nobody picked up there. */
export const CALL_EVENT_TYPES = ['incoming', 'ringing', 'answered', 'ended', 'missed', 'recording'] as const;
export type CallEventType = (typeof CALL_EVENT_TYPES)[number];

/** Whose clock a time was read from: the PBX's own `timestamp`, or ours when the event came without one. */
export type TimeSource = 'pbx' | 'received';

/** The customer's number in an event: as it was written, and in E.164 where it is a telephone number. */
export interface ReportedNumber {
  readonly raw: string;
  readonly e164: string | null;
}

/** One report about one call, in our own words. null: the event did not say. */
export interface CallEvent {
  readonly type: CallEventType;
  /** The PBX's id of the call; null for a missed call that was never announced. */
  readonly externalCallId: string | null;
  /** The id the CRM gave with the start of the call, echoed. */
  readonly crmCallId: string | null;
  readonly occurredAt: Date;
  readonly timeSource: TimeSource;
  readonly customer: ReportedNumber | null;
  readonly extension: string | null;
  readonly durationSeconds: number | null;
  /** As it was written. */
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
