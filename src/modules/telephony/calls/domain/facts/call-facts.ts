import type { CallEventType, TimeSource } from '../call-event.js';
import type { Direction, Disposition } from '../call-vocabulary.js';

/**
 * What is known about a call, stored as JSON with its row: how the row began, everything that was reported about it, and
 * the end that was inferred. Rules read it, and none of them writes to it: see `talk.ts`, `projection.ts` and
 * `correlation/`. Times are ISO 8601 in UTC with milliseconds, so that they compare as text.
 */
export interface CallFacts {
  /** How the row began, if not by a report of the PBX. */
  readonly origin?: OriginFact;
  /** Sorted by {@link compareReports}, none twice. */
  readonly reports?: readonly Report[];
  /** The end that the sweeper or a failed start inferred. Invalid once the call has later activity. */
  readonly inferredEnd?: InferredEndFact;
  /** The user whose call was started, or whom the former code named: outranks who held an extension. */
  readonly agentUserId?: number;
}

/** start: a click to call; former: the row was written before this service. */
export interface OriginFact {
  readonly kind: 'start' | 'former';
  /** start: by our clock. */
  readonly at: string;
  readonly direction: Direction;
  /** The customer's number as it was written; '' if unknown. */
  readonly phone: string;
  readonly e164: string | null;
  readonly extension: string | null;
  readonly queueName?: string;
  readonly trunkName?: string;
  /** The supervisor who started the call for another user; absent: the user himself did. */
  readonly startedBy?: number;
}

/** One event of the PBX, or a transfer that an agent requested. A field that was not reported is absent. */
export interface Report {
  readonly type: CallEventType | 'transfer';
  /** When it happened. */
  readonly at: string;
  /** Whose clock `at` is by. */
  readonly source: TimeSource | 'crm';
  /** The PBX's own time, where it lies in the future and `at` is the time of receipt instead. */
  readonly reportedAt?: string;
  /** By our clock. */
  readonly receivedAt: string;
  /** Reported without the PBX's id of the call: a miss that the correlation assigns. */
  readonly unnamed?: true;
  readonly extension?: string;
  /** The extension is a machine: a voicemail, a menu or a queue, as configured when the report came. */
  readonly unattended?: true;
  /** Groups that had this extension as a member when the report came. */
  readonly groups?: readonly string[];
  /** Who held the extension when it happened. */
  readonly userId?: number;
  /** The users of the group or queue when it happened. */
  readonly members?: readonly number[];
  /** The customer's number as it was received. */
  readonly phone?: string;
  readonly e164?: string;
  readonly durationSeconds?: number;
  /** As it was received. */
  readonly endReason?: string;
  readonly disposition?: Disposition;
  readonly recordingUrl?: string;
  readonly recordingDurationSeconds?: number;
  readonly queueName?: string;
  readonly trunkName?: string;
  readonly waitSeconds?: number;
  readonly holdSeconds?: number;
}

export interface InferredEndFact {
  readonly at: string;
  /** The state of the call when its end was inferred. */
  readonly basis: 'initiated' | 'ringing' | 'answered';
  readonly reason: string;
  /** The call is one of the former code: its end is the last that is known of it, and its wait is unknown. */
  readonly former?: true;
}

/** Key of a miss within the calls of one caller: its extension and time. */
export function missKey({ extension, at, reportedAt }: Report): string {
  return `${extension ?? ''}@${reportedAt ?? at}`;
}

export function reportsOf(facts: CallFacts): readonly Report[] {
  return facts.reports ?? [];
}

export function reportsOfType(facts: CallFacts, ...types: Report['type'][]): Report[] {
  return reportsOf(facts).filter(({ type }) => types.includes(type));
}
