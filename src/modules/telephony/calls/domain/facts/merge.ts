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
 * Merges the facts of one call. For every fact a total order decides which of two reports wins, so merging is idempotent,
 * commutative and associative: any order and any repetition of the same events gives the same facts and the same row.
 */
type Merge<T> = (a: T, b: T) => T;

/** Positive: `a` wins over `b`. */
type Order<T> = (a: T, b: T) => number;

/** The first of `orders` that is not a tie decides. If all of them tie, the greater canonical JSON wins. */
function preferBy<T>(...orders: Order<T>[]): Merge<T> {
  return (a, b) => {
    for (const order of orders) {
      const preference = order(a, b);
      if (preference !== 0) return preference > 0 ? a : b;
    }
    return canonical(a) >= canonical(b) ? a : b;
  };
}

/** JSON with sorted keys: jsonb does not keep the order of keys. */
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

/** Evidence that is listed earlier wins. */
function byEvidence<E extends string>(...evidence: E[]): Order<{ evidence: E }> {
  return (a, b) => compare(evidence.indexOf(b.evidence), evidence.indexOf(a.evidence));
}

const earliest = preferBy<Stamp>(earlier);

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

const MERGE: { [F in keyof Required<CallFacts>]: Merge<NonNullable<CallFacts[F]>> } = {
  seen: earliest,
  alive: (a, b) => (a > b ? a : b),
  direction: preferBy<DirectionFact>(byEvidence('start', 'event', 'guess')),
  rang: earliest,
  rungExtensions: union,
  customer: preferBy<CustomerFact>(
    byEvidence('start', 'event'),
    (a, b) => compare(Number(a.e164 !== null), Number(b.e164 !== null)),
    earlier,
  ),
  agent: preferBy<AgentFact>(byEvidence('answered', 'rang', 'mentioned'), later),
  answered: earliest,
  firstAgent: preferBy<AgentFact>(earlier),
  ended: earliest,
  missed: byKey(preferBy<MissFact>(earlier)),
  endReason: preferBy<EndReasonFact>((a, b) => compare(Number(a.known), Number(b.known)), later),
  talkClaimed: () => true,
  durationSeconds: Math.max,
  inferredEnd: preferBy<InferredEndFact>((a, b) => compare(basisRank(a.basis), basisRank(b.basis)), later),
  recording: preferBy<RecordingFact>(later),
  queueName: preferBy<Dated<string>>(later),
  trunkName: preferBy<Dated<string>>(later),
  waitSeconds: preferBy<Dated<number>>(later),
  holdSeconds: preferBy<Dated<number>>(later),
  disposition: preferBy<Dated<Disposition>>(later),
};

function basisRank(basis: 'initiated' | 'ringing' | 'answered'): number {
  return ['initiated', 'ringing', 'answered'].indexOf(basis);
}

export function merge(a: CallFacts, b: CallFacts): CallFacts {
  const merged: Record<string, unknown> = { ...a };
  for (const fact of Object.keys(b) as (keyof CallFacts)[]) {
    const ofA = a[fact];
    const ofB = b[fact];
    if (ofB === undefined) continue;
    // The function and both values have the type of the same key, which TypeScript cannot infer for a union of keys.
    const mergeFact = MERGE[fact] as Merge<unknown>;
    merged[fact] = ofA === undefined ? ofB : mergeFact(ofA, ofB);
  }
  return merged;
}
