import type { TimeSource } from '../call-event.js';
import type { Direction, Disposition } from '../call-vocabulary.js';

/**
 * What is known about a call. Stored as JSON with its row. Times are ISO 8601 in UTC with milliseconds, so that they
 * compare as text. Each fact has the data that `merge` needs to choose between two reports of it.
 */
export interface CallFacts {
  /** Earliest event of any kind, or the start in the CRM. */
  readonly seen?: Stamp;
  /** Time of the latest ring or answer. */
  readonly alive?: string;
  /** The direction with the strongest evidence. */
  readonly direction?: DirectionFact;
  /** Earliest ring. */
  readonly rang?: Stamp;
  /** Every extension that rang, sorted. */
  readonly rungExtensions?: readonly string[];
  readonly customer?: CustomerFact;
  readonly agent?: AgentFact;
  /** Earliest answer. */
  readonly answered?: Stamp;
  /** Earliest answer that names an extension. */
  readonly firstAgent?: AgentFact;
  /** Earliest report of the end. */
  readonly ended?: Stamp;
  /** Every missed-call event, by {@link missKey}. */
  readonly missed?: Readonly<Record<string, MissFact>>;
  readonly endReason?: EndReasonFact;
  /** An end reason or a disposition says that there was talk. */
  readonly talkClaimed?: true;
  readonly durationSeconds?: number;
  /** The end that the sweeper or a failed start inferred. Invalid once the call has later activity. */
  readonly inferredEnd?: InferredEndFact;
  readonly recording?: RecordingFact;
  readonly queueName?: Dated<string>;
  readonly trunkName?: Dated<string>;
  readonly waitSeconds?: Dated<number>;
  readonly holdSeconds?: Dated<number>;
  readonly disposition?: Dated<Disposition>;
}

export interface Stamp {
  readonly at: string;
  /** crm: our clock, at a click to call. */
  readonly source: TimeSource | 'crm';
}

/** Key of a miss in `CallFacts.missed`: its extension and time. */
export function missKey(extension: string | null, at: string): string {
  return `${extension ?? ''}@${at}`;
}

export interface MissFact extends Stamp {
  /** null: the event named none. */
  readonly extension: string | null;
  /** Reported without the PBX's id: the correlation assigned it to this call, and may reassign it. */
  readonly unnamed?: true;
}

export interface Dated<T> {
  readonly value: T;
  readonly at: string;
}

export interface DirectionFact {
  readonly value: Direction;
  /** start: click to call; event: an incoming or missed call was reported; guess: no event states the direction. */
  readonly evidence: 'start' | 'event' | 'guess';
}

export interface CustomerFact {
  /** As it was received. */
  readonly phone: string;
  readonly e164: string | null;
  readonly at: string;
  /** start: the number of a click to call. */
  readonly evidence: 'start' | 'event';
}

export interface AgentFact {
  readonly extension: string;
  readonly at: string;
  readonly evidence: 'answered' | 'rang' | 'mentioned';
}

export interface EndReasonFact {
  /** As it was received. */
  readonly text: string;
  /** Whether we know its meaning: see `end-reason.ts`. */
  readonly known: boolean;
  readonly at: string;
}

export interface InferredEndFact {
  readonly at: string;
  /** The state of the call when its end was inferred. */
  readonly basis: 'initiated' | 'ringing' | 'answered';
  readonly reason: string;
}

export interface RecordingFact {
  readonly url: string;
  readonly durationSeconds: number | null;
  readonly at: string;
}
