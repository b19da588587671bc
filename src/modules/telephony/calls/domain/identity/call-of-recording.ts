import type { CallWithFacts } from '../call-with-facts.js';
import type { CallEvent } from '../call-event.js';
import { reportsOfType } from '../facts/call-facts.js';
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
  const recordable = calls.filter((call) => couldBeRecorded(call, event));
  if (recordable.length <= 1) return recordable[0] ?? null;
  const length = event.recordingDurationSeconds;
  const ofLength = recordable.filter((call) => length !== null && call.durationSeconds === length);
  return ofLength.length === 1 ? (ofLength[0] ?? null) : null;
}

function couldBeRecorded(call: CallWithFacts, event: CallEvent): boolean {
  const length = event.recordingDurationSeconds ?? undefined;
  const isRecorded = reportsOfType(call.facts, 'recording').some(
    ({ recordingDurationSeconds }) => length === undefined || recordingDurationSeconds === length,
  );
  const hasBegun = call.startedAt === null || call.startedAt <= event.receivedAt;
  const mayHaveTalk = endOf(call.facts) === null || talkOf(call.facts).evidence !== 'none';
  return hasBegun && mayHaveTalk && !isRecorded;
}
