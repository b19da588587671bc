import type { TimeSource } from '../call-event.js';
import type { Direction, Disposition } from '../call-vocabulary.js';

/**
 * What is known of a call. Stored as JSON with its row; times are ISO 8601 in UTC with milliseconds, so that they
 * compare as text. Each fact keeps what is needed to tell which of two reports of it holds.
 */
export interface CallFacts {
  /** Earliest report of any kind. */
  readonly seen?: Stamp;
  /** Latest report that the call was alive: rung or answered. */
  readonly alive?: string;
  /** Latest kind of evidence for the direction. */
  readonly direction?: DirectionFact;
  readonly rang?: Stamp;
  /** Every extension it rang at, sorted. */
  readonly rungExtensions?: readonly string[];
  readonly customer?: CustomerFact;
  readonly agent?: AgentFact;
  /** Earliest answer, and the earliest that names an extension. */
  readonly answered?: Stamp;
  readonly firstAgent?: AgentFact;
  /** Earliest report of the end. */
  readonly ended?: Stamp;
  /** Every report that it was missed at an extension, by {@link missKey}. */
  readonly missed?: Readonly<Record<string, MissFact>>;
  readonly endReason?: EndReasonFact;
  /** A report says in words that there was talk. */
  readonly talkClaimed?: true;
  readonly durationSeconds?: number;
  /** An end nobody reported: our own conclusion, void as soon as the call shows life beyond it. */
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
  /** crm: our own clock, at a click. */
  readonly source: TimeSource | 'crm';
}

/** A miss is told from others by where and when it was. */
export function missKey(extension: string | null, at: string): string {
  return `${extension ?? ''}@${at}`;
}

export interface MissFact extends Stamp {
  /** null: the report named none. */
  readonly extension: string | null;
  /** It was reported without the id of the call: which call it is of was concluded, and may be concluded anew. */
  readonly unnamed?: true;
}

export interface Dated<T> {
  readonly value: T;
  readonly at: string;
}

export interface DirectionFact {
  readonly value: Direction;
  /** start: we dialled it; event: an incoming or missed call was reported; guess: nothing said so. */
  readonly evidence: 'start' | 'event' | 'guess';
}

export interface CustomerFact {
  /** As it was written. */
  readonly phone: string;
  readonly e164: string | null;
  readonly at: string;
  /** start: the number we dialled. */
  readonly evidence: 'start' | 'event';
}

export interface AgentFact {
  readonly extension: string;
  readonly at: string;
  readonly evidence: 'answered' | 'rang' | 'mentioned';
}

export interface EndReasonFact {
  readonly text: string;
  readonly known: boolean;
  readonly at: string;
}

export interface InferredEndFact {
  readonly at: string;
  /** What the call was when it was given up. */
  readonly basis: 'initiated' | 'ringing' | 'answered';
  readonly reason: string;
}

export interface RecordingFact {
  readonly url: string;
  readonly durationSeconds: number | null;
  readonly at: string;
}
