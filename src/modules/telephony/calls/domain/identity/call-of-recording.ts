import type { CallWithFacts } from '../call-with-facts.js';
import type { CallEvent } from '../call-event.js';
import { type Report, reportsOfType } from '../facts/call-facts.js';
import { endOf } from '../facts/call-end.js';
import { talkOf } from '../facts/talk.js';

/**
 * The call that a recording is of, among those that had its id. The contract gives a recording no time, so it goes by
 * its receipt: only calls that had begun can be meant, that were talks or may still be, and that have no recording of
 * this length yet. Of several, the one with a talk of just this length.
 * @returns null when several fit, or none: another customer's voice on a call is worse than no recording
 */
export function callOfRecording(calls: readonly CallWithFacts[], event: CallEvent): CallWithFacts | null {
  const [only] = calls;
  if (calls.length === 1 && only !== undefined) return only;
  const repeated = calls.filter((call) =>
    reportsOfType(call.facts, 'recording').some(({ recordingUrl }) => recordingUrl === event.recordingUrl),
  );
  if (repeated.length === 1) return repeated[0] ?? null;
  const recording = recordingOf(event);
  const recordable = calls.filter((call) => couldBeRecorded(call, recording));
  if (recordable.length <= 1) return recordable[0] ?? null;
  return onlyOneOf(recordable.filter((call) => isOfLength(call, recording)));
}

/**
 * The call that a recording is of after all: it was received when only a former call of the id was known, which was no
 * talk or one of another length, and one other call fits it.
 * @returns null when it stays where it is
 */
export function otherCallOfRecording(
  report: Report,
  holder: CallWithFacts,
  calls: readonly CallWithFacts[],
): CallWithFacts | null {
  const recording = { length: report.recordingDurationSeconds, receivedAt: new Date(report.receivedAt) };
  const others = calls.filter((call) => call !== holder && couldBeRecorded(call, recording));
  if (!mayHaveTalk(holder)) return onlyOneOf(others);
  if (holder.durationSeconds === null || isOfLength(holder, recording)) return null;
  return onlyOneOf(others.filter((call) => isOfLength(call, recording)));
}

interface Recording {
  /** Seconds. */
  readonly length: number | undefined;
  readonly receivedAt: Date;
}

function recordingOf({ recordingDurationSeconds, receivedAt }: CallEvent): Recording {
  return { length: recordingDurationSeconds ?? undefined, receivedAt };
}

function couldBeRecorded(call: CallWithFacts, { length, receivedAt }: Recording): boolean {
  const isRecorded = reportsOfType(call.facts, 'recording').some(
    ({ recordingDurationSeconds }) => length === undefined || recordingDurationSeconds === length,
  );
  const hasBegun = call.startedAt === null || call.startedAt <= receivedAt;
  return hasBegun && mayHaveTalk(call) && !isRecorded;
}

function mayHaveTalk({ facts }: CallWithFacts): boolean {
  return endOf(facts) === null || talkOf(facts).evidence !== 'none';
}

function isOfLength({ durationSeconds }: CallWithFacts, { length }: Recording): boolean {
  return length !== undefined && durationSeconds === length;
}

function onlyOneOf<T>(candidates: readonly T[]): T | null {
  return candidates.length === 1 ? (candidates[0] ?? null) : null;
}
