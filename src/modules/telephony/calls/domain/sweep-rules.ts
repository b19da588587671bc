import type { CallWithFacts } from './call-with-facts.js';
import { PROVIDER_ERROR } from './call-effects.js';
import type { InferredEndFact } from './facts/call-facts.js';

/** Why a call is taken for over although nobody said so. */
export const SWEEP_RULES = ['unplaced', 'silent', 'ringing', 'hangup', 'answered'] as const;
export type SweepRule = (typeof SWEEP_RULES)[number];

/** How long a call may stay as it is, by rule, in seconds. */
export type SweepLimits = Readonly<Record<SweepRule, number>>;

const REASON_OF: Readonly<Record<SweepRule, string>> = {
  // Started here, and the PBX never gave it an id.
  unplaced: PROVIDER_ERROR,
  // Started here and taken by the PBX, which never said a word of it.
  silent: 'no_answer',
  ringing: 'no_answer',
  // An agent asked for its end.
  hangup: 'agent_hangup',
  // No talk lasts that long.
  answered: 'unknown',
};

/**
 * The end that is concluded. Any report of more life than the call had, or of its end, makes it void. By a clock of the
 * PBX that is ahead the call may have lived after now: then it ends with that.
 */
export function inferredEndBy(rule: SweepRule, call: CallWithFacts, now: Date): InferredEndFact {
  const { status } = call;
  const basis = status === 'ringing' || status === 'answered' ? status : 'initiated';
  const { alive } = call.facts;
  const at = now.toISOString();
  return { at: alive !== undefined && alive > at ? alive : at, basis, reason: REASON_OF[rule] };
}
