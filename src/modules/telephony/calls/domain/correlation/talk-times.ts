import type { CallWithFacts } from '../call-with-facts.js';
import { endOf } from '../facts/call-end.js';
import { type CallFacts, reportsOf, reportsOfType } from '../facts/call-facts.js';
import { durationOf } from '../facts/projection.js';
import { CANCEL_LEAD_SECONDS, talkOf } from '../facts/talk.js';

/** An answered call without an end is taken to last this long: longer than any talk. */
export const LONGEST_TALK_HOURS = 4;

/** Another leg of a call that is being answered may ring this long after the answer. A later one is another call. */
const SAME_CALL_SECONDS = 180;

/** When a caller was talking, in milliseconds since 1970. */
export interface TalkTime {
  readonly from: number;
  readonly to: number;
}

/**
 * When the caller was talking in this call. A talk of unknown end lasts until the caller calls again, for a customer who
 * calls again is no longer in it. null: there was no talk, or nobody knows when.
 * @param calls of the same caller
 */
export function talkTimeOf(
  call: CallWithFacts,
  facts: CallFacts,
  calls: readonly CallWithFacts[],
): TalkTime | null {
  const talk = talkOf(facts);
  if (talk.evidence === 'none') return null;
  const end = endOf(facts);
  const endedAt = end?.kind === 'reported' ? Date.parse(end.report.at) : null;
  const from = talk.answers[0] ? Date.parse(talk.answers[0].at) : startOf(facts, endedAt);
  if (from === null) return null;
  // A call that we started is no other leg of a call that was missed.
  const lead = facts.origin?.kind === 'start' ? 0 : CANCEL_LEAD_SECONDS * 1000;
  if (endedAt !== null) return { from: from - lead, to: endedAt };
  const longest = from + LONGEST_TALK_HOURS * 3_600_000;
  const next = calls
    .filter((other) => other !== call)
    .flatMap((other) => reportsOfType(other.facts, 'incoming', 'missed'))
    // A miss is no part of the talk that it ends.
    .map(({ type, at }) => Date.parse(at) - (type === 'missed' ? 1 : 0))
    .filter((at) => at > from + SAME_CALL_SECONDS * 1000);
  return { from: from - lead, to: Math.min(longest, ...next) };
}

/** The facts without the misses that the correlation assigned: what they belong to must not depend on them. */
export function namedFacts(facts: CallFacts): CallFacts {
  const reports = reportsOf(facts);
  return reports.some(({ unnamed }) => unnamed === true)
    ? { ...facts, reports: reports.filter(({ unnamed }) => unnamed !== true) }
    : facts;
}

/** A talk whose answer was not reported began its duration before its end. */
function startOf(facts: CallFacts, endedAt: number | null): number | null {
  const duration = durationOf(facts);
  return endedAt === null || duration === null ? null : endedAt - duration * 1000;
}
