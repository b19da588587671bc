import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { PreparedStatement } from '../../../../database/batch/prepared-statement.js';
import { RowSet } from '../../../../database/batch/row-set.js';
import type { CallUnitOfWork } from '../domain/call-unit-of-work.js';
import {
  type RecordingMove,
  recordingsOfEvents,
  type ReportedRecording,
} from '../domain/identity/recording-moves.js';

const WRITTEN = new RowSet<ReportedRecording & { readonly provider: string }>('w', {
  call_id: ['integer', ({ callId }) => callId],
  provider: ['text', ({ provider }) => provider],
  url: ['text', ({ url }) => url],
  duration_seconds: ['integer', ({ durationSeconds }) => durationSeconds],
  reported_at: ['timestamptz', ({ reportedAt }) => reportedAt],
});

/** A recording that was removed keeps its row, so that it is not fetched again when it is reported again. */
const WRITE = new PreparedStatement(
  'write-recordings',
  `
    INSERT INTO telephony_recordings AS r
           (call_id, provider, url, url_sha256, duration_seconds, reported_at, next_try_at)
    SELECT call_id, provider, url, sha256(convert_to(url, 'UTF8')), duration_seconds, reported_at, now()
      FROM ${WRITTEN.source}
    ON CONFLICT (call_id, url_sha256) DO UPDATE SET duration_seconds = excluded.duration_seconds
     WHERE excluded.duration_seconds <> coalesce(r.duration_seconds, -1)`,
);

/** If the other call has the same URL, both rows stay: each may have been listened to. */
const MOVE = new PreparedStatement(
  'move-recordings',
  `
    UPDATE telephony_recordings r
       SET call_id = $2, url_sha256 = CASE WHEN EXISTS (
             SELECT FROM telephony_recordings other
              WHERE other.call_id = $2 AND other.url_sha256 = r.url_sha256) THEN NULL ELSE r.url_sha256 END
     WHERE r.call_id = $1 AND ($3::text IS NULL OR r.url_sha256 = sha256(convert_to($3, 'UTF8')))`,
);

const ERASE = new PreparedStatement<{ id: number }>(
  'erase-recordings',
  `
    UPDATE telephony_recordings
       SET url = NULL, url_sha256 = NULL, erased_at = coalesce(erased_at, now()),
           state = CASE WHEN state = 'stored' THEN 'stored' WHEN state = 'removing' THEN 'removing' ELSE 'removed' END,
           next_try_at = NULL,
           removed_at = CASE WHEN state IN ('stored', 'removing') THEN removed_at ELSE coalesce(removed_at, now()) END,
           removed_why = CASE WHEN state IN ('stored', 'removing') THEN removed_why ELSE coalesce(removed_why, 'erased') END
     WHERE call_id = ANY ($1) RETURNING id`,
);

/**
 * Writes which recordings calls have, in the transaction that writes the calls. What becomes of them afterwards (their
 * copies, who listens) is the matter of the module of recordings.
 */
@Injectable()
export class RecordingLedger {
  /** Costs nothing when no event reports a recording and no call with one moves. */
  async write(manager: EntityManager, unitOfWork: CallUnitOfWork): Promise<void> {
    for (const move of unitOfWork.takeRecordingMoves()) await this.move(manager, move);
    const reported = recordingsOfEvents(unitOfWork.assignments);
    if (reported.length === 0) return;
    const { provider } = unitOfWork;
    await WRITE.run(manager, WRITTEN.valuesOf(reported.map((recording) => ({ ...recording, provider }))));
  }

  /**
   * The recordings of calls whose customer is erased: their addresses are forgotten at once, their copies are removed by
   * the job of retention, or when their hold ends.
   */
  async erase(manager: EntityManager, callIds: readonly number[]): Promise<void> {
    if (callIds.length > 0) await ERASE.run(manager, [callIds]);
  }

  private async move(manager: EntityManager, { from, to, url }: RecordingMove): Promise<void> {
    await MOVE.run(manager, [from.id, to.id, url]);
  }
}
