import { wholeSecondsBetween } from '../../../../../common/time/whole-seconds.js';
import type { Call } from '../../call.entity.js';
import type { CallFacts, InferredEndFact, Stamp } from './call-facts.js';
import type { CallStatus, Direction, Disposition } from '../call-vocabulary.js';
import { dispositionWithoutTalk } from './end-reason.js';

/** The columns of a call that are computed from its facts. */
export type CallProjection = Pick<
  Call,
  | 'direction'
  | 'status'
  | 'customerPhone'
  | 'customerNumberE164'
  | 'agentPhone'
  | 'firstAgentPhone'
  | 'startedAt'
  | 'answeredAt'
  | 'endedAt'
  | 'durationSeconds'
  | 'waitSeconds'
  | 'holdSeconds'
  | 'recordingUrl'
  | 'recordingDurationSeconds'
  | 'queueName'
  | 'trunkName'
  | 'disposition'
  | 'endReason'
  | 'inferred'
>;

/** Computes the columns of a call from its facts. */
export function project(facts: CallFacts): CallProjection {
  const direction = facts.direction?.value ?? 'outbound';
  const end = reportedEnd(facts);
  const inferredEnd = end === null ? validInferredEnd(facts) : null;
  const isEnded = end !== null || inferredEnd !== null;
  const talk = hadTalk(facts);
  const status = statusOf(facts, isEnded, talk);

  const startedAt = dateOf(facts.seen?.at);
  const answeredAt = dateOf(facts.answered?.at);
  const endedAt = dateOf(end?.at ?? inferredEnd?.at);
  const durationSeconds =
    facts.durationSeconds ?? (end !== null && answeredAt ? secondsBetween(answeredAt, endedAt) : null);
  const waitSeconds = facts.waitSeconds?.value ?? waitOf(startedAt, answeredAt, endedAt, talk);

  const inferred: string[] = [];
  if (facts.direction === undefined || facts.direction.evidence === 'guess') inferred.push('direction');
  if (inferredEnd !== null) inferred.push('status');
  if (facts.seen?.source === 'received') inferred.push('started_at');
  if (facts.answered?.source === 'received') inferred.push('answered_at');
  if (inferredEnd !== null || end?.source === 'received') inferred.push('ended_at');
  if (facts.durationSeconds === undefined && durationSeconds !== null) inferred.push('duration_seconds');
  if (facts.waitSeconds === undefined && waitSeconds !== null) inferred.push('wait_seconds');

  return {
    direction,
    status,
    customerPhone: facts.customer?.phone ?? '',
    customerNumberE164: facts.customer?.e164 ?? null,
    agentPhone: facts.agent?.extension ?? null,
    firstAgentPhone: facts.firstAgent?.extension ?? null,
    startedAt,
    answeredAt,
    endedAt,
    durationSeconds,
    waitSeconds,
    holdSeconds: facts.holdSeconds?.value ?? null,
    recordingUrl: facts.recording?.url ?? null,
    recordingDurationSeconds: facts.recording?.durationSeconds ?? null,
    queueName: facts.queueName?.value ?? null,
    trunkName: facts.trunkName?.value ?? null,
    disposition: dispositionOf(facts, status, direction, inferredEnd),
    endReason: facts.endReason?.text ?? inferredEnd?.reason ?? null,
    inferred,
  };
}

/**
 * There was talk if an answer or a duration above 0 was reported, or if an end reason or disposition says so and no
 * duration was reported.
 */
export function hadTalk(facts: CallFacts): boolean {
  if (facts.answered !== undefined) return true;
  return facts.durationSeconds === undefined ? facts.talkClaimed === true : facts.durationSeconds > 0;
}

/** A reported end is final: later events can only change failed to completed. */
function statusOf(facts: CallFacts, isEnded: boolean, talk: boolean): CallStatus {
  if (isEnded) return talk ? 'completed' : 'failed';
  if (facts.answered !== undefined) return 'answered';
  return facts.rang === undefined ? 'initiated' : 'ringing';
}

/** The reported end. A miss, which is reported per extension, ends a call only if no extension answered it. */
function reportedEnd(facts: CallFacts): Stamp | null {
  if (facts.ended !== undefined) return facts.ended;
  if (facts.answered !== undefined) return null;
  return Object.values(facts.missed ?? {}).reduce<Stamp | null>(
    (first, miss) => (first === null || isBefore(miss, first) ? miss : first),
    null,
  );
}

/** At equal times, the one by the PBX's clock comes first. */
function isBefore(a: Stamp, b: Stamp): boolean {
  return a.at === b.at ? a.source === 'pbx' : a.at < b.at;
}

/** An inferred end is valid until later activity is reported, or a state beyond the one it was inferred from. */
function validInferredEnd(facts: CallFacts): InferredEndFact | null {
  const end = facts.inferredEnd;
  if (end === undefined) return null;
  const hasLaterActivity = facts.alive !== undefined && facts.alive > end.at;
  const hasLaterState =
    (end.basis !== 'answered' && facts.answered !== undefined) ||
    (end.basis === 'initiated' && facts.rang !== undefined);
  return hasLaterActivity || hasLaterState ? null : end;
}

function dispositionOf(
  facts: CallFacts,
  status: CallStatus,
  direction: Direction,
  inferredEnd: InferredEndFact | null,
): Disposition | null {
  const reported = facts.disposition?.value ?? null;
  switch (status) {
    case 'completed':
      return reported === 'answered' ? 'answered' : 'completed';
    case 'failed':
      return reported !== null && reported !== 'answered' && reported !== 'completed'
        ? reported
        : dispositionWithoutTalk(facts.endReason?.text ?? inferredEnd?.reason ?? null, direction);
    default:
      return null;
  }
}

function waitOf(
  startedAt: Date | null,
  answeredAt: Date | null,
  endedAt: Date | null,
  talk: boolean,
): number | null {
  if (answeredAt !== null) return secondsBetween(startedAt, answeredAt);
  // There was talk, but its answer was not reported: the wait is unknown.
  return talk ? null : secondsBetween(startedAt, endedAt);
}

/** Whole seconds, never negative: the clocks of two reports may disagree. */
function secondsBetween(from: Date | null, to: Date | null): number | null {
  if (from === null || to === null) return null;
  return Math.max(0, wholeSecondsBetween(from, to));
}

function dateOf(at: string | undefined): Date | null {
  return at === undefined ? null : new Date(at);
}
