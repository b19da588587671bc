import { wholeSecondsBetween } from '../../../../../common/time/whole-seconds.js';
import type { Call } from '../../call.entity.js';
import type { CallStatus, Direction, Disposition } from '../call-vocabulary.js';
import { type CallEnd, endOf, isAnswered } from './call-end.js';
import { type CallFacts, type OriginFact, type Report, reportsOf, reportsOfType } from './call-facts.js';
import { classOfWord, dispositionWithoutTalk, isKnownWord } from './end-reason.js';
import { agentOf, customerOf, directionOf, firstAgentOf, latest, usersOf } from './parties.js';
import { type Talk, talkOf, wordOf } from './talk.js';

/** The columns of a call that are computed from its facts. */
export type CallProjection = Pick<
  Call,
  | 'direction'
  | 'status'
  | 'customerPhone'
  | 'customerNumberE164'
  | 'agentPhone'
  | 'firstAgentPhone'
  | 'agentUserId'
  | 'firstAgentUserId'
  | 'userIds'
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

/** Longest plausible wait between two times that are by different clocks, in seconds. */
const LONGEST_WAIT_OF_TWO_CLOCKS = 1800;

/** Computes the columns of a call from its facts. */
export function project(facts: CallFacts): CallProjection {
  const direction = directionOf(facts);
  const talk = talkOf(facts);
  const end = endOf(facts);
  const hadTalk = talk.evidence !== 'none';
  const status = statusOf(facts, end, hadTalk);
  const inferredEnd = end?.kind === 'inferred' ? end.fact : null;

  const seen = earliest(facts);
  const answer = hadTalk ? talk.answers[0] : undefined;
  const endStamp = end?.kind === 'reported' ? end.report : null;
  const reportedDuration = hadTalk ? durationOf(facts) : null;
  const durationSeconds = reportedDuration ?? (answer && endStamp ? secondsBetween(answer, endStamp) : null);
  const reportedWait = latest(facts, 'waitSeconds');
  const waitSeconds = reportedWait ?? waitOf(facts, seen, answer, end, hadTalk);
  const recording = reportsOf(facts).findLast(({ recordingUrl }) => recordingUrl !== undefined);
  const customer = customerOf(facts);
  const agent = agentOf(facts);
  const firstAgent = firstAgentOf(facts);

  const inferred: string[] = [];
  if (direction.isGuess) inferred.push('direction');
  if (end !== null && (inferredEnd !== null || talk.evidence === 'inferred')) inferred.push('status');
  if (seen !== undefined && 'source' in seen && seen.source === 'received') inferred.push('started_at');
  if (answer?.source === 'received') inferred.push('answered_at');
  if (inferredEnd !== null || endStamp?.source === 'received') inferred.push('ended_at');
  if (reportedDuration === null && durationSeconds !== null) inferred.push('duration_seconds');
  if (reportedWait === null && waitSeconds !== null) inferred.push('wait_seconds');

  return {
    direction: direction.value,
    status,
    customerPhone: customer?.phone ?? '',
    customerNumberE164: customer?.e164 ?? null,
    agentPhone: agent.extension,
    firstAgentPhone: firstAgent.extension,
    agentUserId: facts.agentUserId ?? agent.userId,
    firstAgentUserId: firstAgent.userId,
    userIds: usersOf(facts),
    startedAt: dateOf(seen?.at),
    answeredAt: dateOf(answer?.at),
    endedAt: dateOf(endStamp?.at ?? inferredEnd?.at),
    durationSeconds,
    waitSeconds,
    holdSeconds: latest(facts, 'holdSeconds'),
    recordingUrl: recording?.recordingUrl ?? null,
    recordingDurationSeconds: recording?.recordingDurationSeconds ?? null,
    queueName: latest(facts, 'queueName') ?? facts.origin?.queueName ?? null,
    trunkName: latest(facts, 'trunkName') ?? facts.origin?.trunkName ?? null,
    disposition: dispositionOf(facts, status, direction.value, talk, end),
    endReason: endReasonOf(facts, status, talk, end),
    inferred,
  };
}

/** Status follows from the facts, both ways: a late word may turn completed into failed as well as back. */
function statusOf(facts: CallFacts, end: CallEnd | null, hadTalk: boolean): CallStatus {
  if (end !== null) return hadTalk ? 'completed' : 'failed';
  if (isAnswered(facts)) return 'answered';
  // While a machine has the call, the customer still waits.
  const waits = reportsOf(facts).some(({ type }) => ['incoming', 'ringing', 'answered'].includes(type));
  return waits ? 'ringing' : 'initiated';
}

/** What the call is known by first: the click to call, or the earliest report. */
export function earliest({ origin, reports = [] }: CallFacts): OriginFact | Report | undefined {
  const first = reports.find(({ type }) => type !== 'transfer');
  return first === undefined || (origin !== undefined && origin.at <= first.at) ? (origin ?? first) : first;
}

/** The longest duration that an end reports which does not say that there was no talk. */
export function durationOf(facts: CallFacts): number | null {
  const durations = reportsOfType(facts, 'ended')
    .filter((end) => wordOf(end) !== 'no-talk')
    .map(({ durationSeconds }) => durationSeconds)
    .filter((duration) => duration !== undefined);
  return durations.length === 0 ? null : Math.max(...durations);
}

/** Until the answer, or without talk until the end. null: unknown, or two clocks disagree on it. */
function waitOf(
  { origin, inferredEnd }: CallFacts,
  seen: OriginFact | Report | undefined,
  answer: Report | undefined,
  end: CallEnd | null,
  hadTalk: boolean,
): number | null {
  const from = origin?.kind === 'start' ? origin : seen;
  if (from === undefined) return null;
  if (answer !== undefined) return secondsBetween(from, answer);
  if (hadTalk || end === null) return null;
  if (end.kind === 'inferred') {
    return inferredEnd?.former ? null : secondsBetween(from, { at: end.fact.at, source: 'crm' });
  }
  return secondsBetween(from, end.report);
}

function dispositionOf(
  facts: CallFacts,
  status: CallStatus,
  direction: Direction,
  talk: Talk,
  end: CallEnd | null,
): Disposition | null {
  const reported = reportOfDisposition(facts, status)?.disposition;
  switch (status) {
    case 'completed':
      if (talk.evidence === 'recorded') return null;
      return reported === 'answered' ? 'answered' : 'completed';
    case 'failed':
      return reported ?? dispositionWithoutTalk(endReasonOf(facts, status, talk, end), direction);
    default:
      return null;
  }
}

/** The last report with a disposition, for a call without talk the last one that does not say there was one. */
export function reportOfDisposition(facts: CallFacts, status: CallStatus): Report | undefined {
  return reportsOfType(facts, 'ended', 'missed', 'answered', 'incoming', 'ringing', 'recording').findLast(
    ({ disposition }) =>
      disposition !== undefined && (status !== 'failed' || classOfWord(disposition) !== 'talk'),
  );
}

function endReasonOf(facts: CallFacts, status: CallStatus, talk: Talk, end: CallEnd | null): string | null {
  return reportOfReason(facts, status)?.endReason ?? inferredReasonOf(talk, end);
}

/** The report with the last reason that agrees with the status, one of known meaning first. */
export function reportOfReason(facts: CallFacts, status: CallStatus): Report | undefined {
  const excluded = status === 'failed' ? 'talk' : status === 'completed' ? 'no-talk' : null;
  const reports = reportsOf(facts).filter(
    ({ endReason }) => endReason !== undefined && classOfWord(endReason) !== excluded,
  );
  return reports.findLast(({ endReason = '' }) => isKnownWord(endReason)) ?? reports.at(-1);
}

/** What had been an answer when the end was inferred may have turned out to be none. */
function inferredReasonOf({ evidence }: Talk, end: CallEnd | null): string | null {
  if (end?.kind !== 'inferred' || evidence === 'recorded') return null;
  const { basis, reason } = end.fact;
  return basis === 'answered' && evidence === 'none' ? 'no_answer' : reason;
}

interface Moment {
  readonly at: string;
  readonly source: Report['source'];
}

/**
 * Whole seconds between two times. null: the second is before the first, or the two are by different clocks and too far
 * apart for a wait.
 */
function secondsBetween(from: Moment | OriginFact, to: Moment): number | null {
  const seconds = wholeSecondsBetween(new Date(from.at), new Date(to.at));
  const isByPbx = (moment: Moment | OriginFact): boolean => 'source' in moment && moment.source === 'pbx';
  const isByTwoClocks = isByPbx(from) !== isByPbx(to);
  return to.at < from.at || (isByTwoClocks && seconds > LONGEST_WAIT_OF_TWO_CLOCKS) ? null : seconds;
}

function dateOf(at: string | undefined): Date | null {
  return at === undefined ? null : new Date(at);
}
