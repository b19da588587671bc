import type { CallEvent } from '../call-event.js';
import type { CallWithFacts } from '../call-with-facts.js';
import { reportsOf } from '../facts/call-facts.js';

/** A recording that was reported of a call. The same URL again is the same recording. */
export interface ReportedRecording {
  readonly callId: number;
  readonly url: string;
  readonly durationSeconds: number | null;
  readonly reportedAt: Date;
}

/**
 * Recordings that move from one call to another. Moves are applied in order. An id less than 0 is that of a call that was
 * created and merged into another within the same unit of work.
 */
export interface RecordingMove {
  readonly from: Pick<CallWithFacts, 'id'>;
  readonly to: Pick<CallWithFacts, 'id'>;
  /** null: all recordings of the call. */
  readonly url: string | null;
}

/** What an absorbed call hands over; null: it has no recording. */
export function recordingsOfAbsorbed(to: CallWithFacts, absorbed: CallWithFacts): RecordingMove | null {
  const isRecorded = reportsOf(absorbed.facts).some(({ recordingUrl }) => recordingUrl !== undefined);
  return isRecorded ? { from: absorbed, to, url: null } : null;
}

/** The recordings that these events report, each once, with the last length that was reported of it. */
export function recordingsOfEvents(
  assignments: readonly {
    readonly event: Pick<CallEvent, 'recordingUrl' | 'recordingDurationSeconds' | 'receivedAt'>;
    readonly callId: number;
    readonly isErased: boolean;
  }[],
): ReportedRecording[] {
  const recordings = new Map<string, ReportedRecording>();
  for (const { event, callId, isErased } of assignments) {
    const { recordingUrl: url, recordingDurationSeconds, receivedAt } = event;
    if (url === null || isErased) continue;
    const key = `${callId} ${url}`;
    const known = recordings.get(key);
    recordings.set(key, {
      callId,
      url,
      durationSeconds: recordingDurationSeconds ?? known?.durationSeconds ?? null,
      reportedAt: known?.reportedAt ?? receivedAt,
    });
  }
  return [...recordings.values()];
}
