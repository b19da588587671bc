import type { Call } from '../call.entity.js';
import type { CallWithFacts } from './call-with-facts.js';
import { PROVIDER_ERROR } from './effects/call-effects.js';
import { lastSignOfLife } from './facts/call-end.js';
import type { InferredEndFact } from './facts/call-facts.js';

/** Why the sweeper closes a call. */
export const SWEEP_RULES = ['unplaced', 'silent', 'ringing', 'unattended', 'hangup', 'answered'] as const;
export type SweepRule = (typeof SWEEP_RULES)[number];

/** How long a call may stay unchanged, by rule, in seconds. */
export type SweepLimits = Readonly<Record<SweepRule, number>>;

/** A call that began before this is history: a call back would come too late, so it has no effects on tasks. */
export const HISTORICAL_AFTER_HOURS = 24;

export function isHistory({ startedAt, createdAt }: Call, now: Date): boolean {
  return now.getTime() - (startedAt ?? createdAt).getTime() > HISTORICAL_AFTER_HOURS * 3_600_000;
}

const END_REASON_OF: Readonly<Record<SweepRule, string>> = {
  // A click to call that never got a PBX id.
  unplaced: PROVIDER_ERROR,
  // The PBX has given the call an id, but reported neither ringing, answer nor end.
  silent: 'no_answer',
  ringing: 'no_answer',
  // A machine answered, and no person took the call.
  unattended: 'no_answer',
  // An agent requested the hangup.
  hangup: 'agent_hangup',
  // Longer than any talk.
  answered: 'unknown',
};

/** The rule by which the sweeper would close an open call one day. */
export function ruleOf({ status, externalCallId }: Call): SweepRule {
  if (status === 'answered' || status === 'ringing') return status;
  return externalCallId === null ? 'unplaced' : 'silent';
}

/**
 * The inferred end of a call. A reported end, or a report of later activity, replaces it. If the PBX's clock is ahead, the
 * last activity may be later than now; the call then ends at that time. A call of the former code ends with the last that
 * is known of it.
 */
export function inferredEndFor(rule: SweepRule, call: CallWithFacts, now: Date): InferredEndFact {
  const { status, facts } = call;
  const basis = status === 'ringing' || status === 'answered' ? status : 'initiated';
  const reason = END_REASON_OF[rule];
  const alive = lastSignOfLife(facts);
  // Nothing is known of a call of the former code since then, and now is the time of the adoption.
  if (facts.origin?.kind === 'former') {
    return { at: alive > facts.origin.at ? alive : facts.origin.at, basis, reason, former: true };
  }
  const at = now.toISOString();
  return { at: alive > at ? alive : at, basis, reason };
}
