import { wholeSecondsBetween } from '../../../../../common/time/whole-seconds.js';
import type { Call } from '../../call.entity.js';
import type { CallFacts, InferredEndFact, Stamp } from './call-facts.js';
import type { CallStatus, Direction, Disposition } from '../call-vocabulary.js';
import { dispositionWithoutTalk } from './end-reason.js';

/** The columns of a call that follow from its facts. */
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

/** What a call looks like, given what is known of it. Nothing else decides these columns. */
export function project(facts: CallFacts): CallProjection {
  const direction = facts.direction?.value ?? 'outbound';
  const end = observedEnd(facts);
  const inferredEnd = end === null ? standingInferredEnd(facts) : null;
  const over = end !== null || inferredEnd !== null;
  const talk = hadTalk(facts);
  const status = statusOf(facts, over, talk);

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

/** Talk is proved by an answer, by a duration, or by a report that says so and is not belied by a duration of 0. */
export function hadTalk(facts: CallFacts): boolean {
  if (facts.answered !== undefined) return true;
  return facts.durationSeconds === undefined ? facts.talkClaimed === true : facts.durationSeconds > 0;
}

/** An end that was reported is final: it can only turn out to have followed talk. */
function statusOf(facts: CallFacts, over: boolean, talk: boolean): CallStatus {
  if (over) return talk ? 'completed' : 'failed';
  if (facts.answered !== undefined) return 'answered';
  return facts.rang === undefined ? 'initiated' : 'ringing';
}

/**
 * The reported end. A miss is reported of an extension: it ends a call that nobody answered, and says nothing of one
 * that was answered at another.
 */
function observedEnd(facts: CallFacts): Stamp | null {
  if (facts.ended !== undefined) return facts.ended;
  if (facts.answered !== undefined) return null;
  return Object.values(facts.missed ?? {}).reduce<Stamp | null>(
    (first, miss) => (first === null || isBefore(miss, first) ? miss : first),
    null,
  );
}

/** Of two at one moment, the one by the PBX's clock. */
function isBefore(a: Stamp, b: Stamp): boolean {
  return a.at === b.at ? a.source === 'pbx' : a.at < b.at;
}

/** An inferred end stands until the call shows more life than it had when it was given up, or life after it. */
function standingInferredEnd(facts: CallFacts): InferredEndFact | null {
  const end = facts.inferredEnd;
  if (end === undefined) return null;
  const outlived = facts.alive !== undefined && facts.alive > end.at;
  const outgrown =
    (end.basis !== 'answered' && facts.answered !== undefined) ||
    (end.basis === 'initiated' && facts.rang !== undefined);
  return outlived || outgrown ? null : end;
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
  // Talk of which the answer was never reported: how much of the call was waiting cannot be told.
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
