import type {
  AgentFact,
  CallFacts,
  CustomerFact,
  Dated,
  DirectionFact,
  EndReasonFact,
  InferredEndFact,
  MissFact,
  RecordingFact,
  Stamp,
} from './call-facts.js';
import type { Disposition } from '../call-vocabulary.js';

/**
 * Merging two states of knowledge about one call. For every fact one total order says which of two reports holds, so
 * that merging is idempotent, commutative and associative: any order and any repetition of the same events gives the
 * same facts, and so the same row.
 */
type Merge<T> = (a: T, b: T) => T;

/** Positive: `a` holds over `b`. */
type Order<T> = (a: T, b: T) => number;

/** The one that comes first in `orders`; reports that tie in all of them are told apart by their text. */
function preferring<T>(...orders: Order<T>[]): Merge<T> {
  return (a, b) => {
    for (const order of orders) {
      const preference = order(a, b);
      if (preference !== 0) return preference > 0 ? a : b;
    }
    return canonical(a) >= canonical(b) ? a : b;
  };
}

/** The same text for the same value, whatever order its keys were stored in (jsonb does not keep it). */
function canonical(value: unknown): string {
  return typeof value === 'object' && value !== null
    ? JSON.stringify(Object.entries(value).sort(([a], [b]) => compare(a, b)))
    : JSON.stringify(value);
}

function compare<T extends string | number>(a: T, b: T): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

const earlier: Order<{ at: string }> = (a, b) => compare(b.at, a.at);
const later: Order<{ at: string }> = (a, b) => compare(a.at, b.at);

/** Evidence listed first weighs most. */
function weightier<E extends string>(...evidence: E[]): Order<{ evidence: E }> {
  return (a, b) => compare(evidence.indexOf(b.evidence), evidence.indexOf(a.evidence));
}

const earliest = preferring<Stamp>(earlier);

function union(a: readonly string[], b: readonly string[]): string[] {
  return [...new Set([...a, ...b])].sort(compare);
}

function byKey<T>(merge: Merge<T>): Merge<Readonly<Record<string, T>>> {
  return (a, b) => {
    const merged: Record<string, T> = { ...a };
    for (const [key, value] of Object.entries(b)) {
      const other = merged[key];
      merged[key] = other === undefined ? value : merge(other, value);
    }
    return merged;
  };
}

/** How each fact merges. */
const MERGE: { [F in keyof Required<CallFacts>]: Merge<NonNullable<CallFacts[F]>> } = {
  seen: earliest,
  alive: (a, b) => (a > b ? a : b),
  direction: preferring<DirectionFact>(weightier('start', 'event', 'guess')),
  rang: earliest,
  rungExtensions: union,
  customer: preferring<CustomerFact>(
    weightier('start', 'event'),
    (a, b) => compare(Number(a.e164 !== null), Number(b.e164 !== null)),
    earlier,
  ),
  agent: preferring<AgentFact>(weightier('answered', 'rang', 'mentioned'), later),
  answered: earliest,
  firstAgent: preferring<AgentFact>(earlier),
  ended: earliest,
  missed: byKey(preferring<MissFact>(earlier)),
  endReason: preferring<EndReasonFact>((a, b) => compare(Number(a.known), Number(b.known)), later),
  talkClaimed: () => true,
  durationSeconds: Math.max,
  inferredEnd: preferring<InferredEndFact>((a, b) => compare(basisRank(a.basis), basisRank(b.basis)), later),
  recording: preferring<RecordingFact>(later),
  queueName: preferring<Dated<string>>(later),
  trunkName: preferring<Dated<string>>(later),
  waitSeconds: preferring<Dated<number>>(later),
  holdSeconds: preferring<Dated<number>>(later),
  disposition: preferring<Dated<Disposition>>(later),
};

function basisRank(basis: 'initiated' | 'ringing' | 'answered'): number {
  return ['initiated', 'ringing', 'answered'].indexOf(basis);
}

export function merge(a: CallFacts, b: CallFacts): CallFacts {
  const merged: Record<string, unknown> = { ...a };
  for (const fact of Object.keys(b) as (keyof CallFacts)[]) {
    const mine = a[fact];
    const theirs = b[fact];
    if (theirs === undefined) continue;
    // The key ties the function to the type of its operands; TypeScript cannot follow that through an index.
    const rule = MERGE[fact] as Merge<unknown>;
    merged[fact] = mine === undefined ? theirs : rule(mine, theirs);
  }
  return merged;
}
