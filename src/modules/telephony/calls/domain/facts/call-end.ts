import { type CallFacts, type InferredEndFact, type Report, reportsOf, reportsOfType } from './call-facts.js';
import { answersByPersons, talkOf } from './talk.js';

/** The end of a call: as it was reported, or as this service inferred it. */
export type CallEnd =
  | { readonly kind: 'reported'; readonly report: Report }
  | { readonly kind: 'inferred'; readonly fact: InferredEndFact };

/** null: the call is not over. */
export function endOf(facts: CallFacts): CallEnd | null {
  const report = reportedEnd(facts);
  if (report !== null) return { kind: 'reported', report };
  const fact = validInferredEnd(facts);
  return fact === null ? null : { kind: 'inferred', fact };
}

/**
 * The first end that no answer follows: one before the last answer was that of a leg, unless none comes after it. A miss,
 * which is reported per extension, ends a call only if no end is reported and no person answered.
 */
function reportedEnd(facts: CallFacts): Report | null {
  const ends = reportsOfType(facts, 'ended');
  const [first] = ends;
  if (first !== undefined) {
    if (ends.length === 1) return first;
    const answer = talkOf(facts).answers.at(-1);
    return ends.find(({ at }) => answer !== undefined && at >= answer.at) ?? first;
  }
  if (isAnswered(facts)) return null;
  return reportsOfType(facts, 'missed')[0] ?? null;
}

export function isAnswered(facts: CallFacts): boolean {
  return answersByPersons(facts).length > 0;
}

/** Time of the latest ring or answer; '' if there was none. */
export function lastSignOfLife(facts: CallFacts): string {
  return reportsOfType(facts, 'incoming', 'ringing', 'answered').at(-1)?.at ?? '';
}

/** An inferred end is valid until later activity is reported, or a state beyond the one it was inferred from. */
function validInferredEnd(facts: CallFacts): InferredEndFact | null {
  const end = facts.inferredEnd;
  if (end === undefined || lastSignOfLife(facts) > end.at) return null;
  const hasRung = reportsOf(facts).some(({ type }) => type === 'incoming' || type === 'ringing');
  const hasLaterState =
    (end.basis !== 'answered' && isAnswered(facts)) || (end.basis === 'initiated' && hasRung);
  return hasLaterState ? null : end;
}
