import { In, Repository } from 'typeorm';
import { CallNote } from './call-note.entity.js';

/** Rows of `telephony_call_notes`. */
export class CallNoteRepository extends Repository<CallNote> {
  /** The last writer wins: a note is written by who has the call. An erased call gets none: a page may still be open. */
  async write(callId: number, note: string, outcome: string | null, writtenBy: number): Promise<void> {
    await this.query(
      `INSERT INTO telephony_call_notes (call_id, note, outcome, written_by)
       SELECT id, $2, $3, $4 FROM telephony_calls WHERE id = $1 AND meta -> 'erasedAt' IS NULL
       ON CONFLICT (call_id) DO UPDATE
          SET note = excluded.note, outcome = excluded.outcome, written_by = excluded.written_by, written_at = now()`,
      [callId, note, outcome, writtenBy],
    );
  }

  async erase(callIds: readonly number[]): Promise<void> {
    await this.delete({ callId: In(callIds) });
  }
}
