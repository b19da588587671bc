import { talkStartedAt } from '../effects/call-effects.js';
import type { CallWithFacts } from '../call-with-facts.js';
import { endOf } from '../facts/call-end.js';
import { reportsOfType } from '../facts/call-facts.js';
import { CANCEL_LEAD_SECONDS, talkOf } from '../facts/talk.js';

/** An answered call without an end is taken to last this long: longer than any talk. */
export const LONGEST_TALK_HOURS = 4;

/** Another leg of a call that is being answered may ring this long after the answer. A later ring is another call. */
const SAME_CALL_SECONDS = 180;

interface Interval {
  readonly from: number;
  readonly to: number;
}

/**
 * When the caller was talking in this call. A talk of unknown end lasts until the caller calls again, for a customer who
 * calls again is no longer in it. null: there was no talk, or nobody knows when.
 * @param calls of the same caller
 */
function talkTimeOf(call: CallWithFacts, calls: readonly CallWithFacts[]): Interval | null {
  if (talkOf(call.facts).evidence === 'none') return null;
  const start = call.answeredAt ?? (call.status === 'completed' ? talkStartedAt(call) : null);
  if (start === null) return null;
  const end = endOf(call.facts);
  const from = start.getTime();
  const lead = CANCEL_LEAD_SECONDS * 1000;
  if (end?.kind === 'reported') return { from: from - lead, to: Date.parse(end.report.at) };
  const longest = from + LONGEST_TALK_HOURS * 3_600_000;
  const next = calls
    .filter((other) => other !== call)
    .flatMap(({ facts }) => reportsOfType(facts, 'incoming').map(({ at }) => Date.parse(at)))
    .filter((at) => at > from + SAME_CALL_SECONDS * 1000);
  return { from: from - lead, to: Math.min(longest, ...next) };
}

/** Whether the caller was talking in this call at a time. */
export function wasTalkingAt(call: CallWithFacts, time: Date, calls: readonly CallWithFacts[]): boolean {
  return wasTalkingBetween(call, time, time, calls);
}

/** Whether the caller was talking in this call at any time between two, both included. */
export function wasTalkingBetween(
  call: CallWithFacts,
  from: Date,
  to: Date,
  calls: readonly CallWithFacts[],
): boolean {
  const talk = talkTimeOf(call, calls);
  return talk !== null && talk.from <= to.getTime() && talk.to >= from.getTime();
}
