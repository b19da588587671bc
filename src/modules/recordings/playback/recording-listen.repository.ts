import { Repository } from 'typeorm';
import { RecordingListen } from '../recording-listen.entity.js';

/** Rows of `telephony_recording_listens`. */
export class RecordingListenRepository extends Repository<RecordingListen> {
  /** Begins a listening, or counts a further request of it. */
  async begin(
    listen: Pick<RecordingListen, 'ticket' | 'recordingId' | 'userId' | 'role' | 'address'>,
  ): Promise<void> {
    const { affected } = await this.update(
      { ticket: listen.ticket },
      { requests: () => 'requests + 1', lastAt: () => 'now()' },
    );
    if (affected === 0) await this.createQueryBuilder().insert().values(listen).orIgnore().execute();
  }

  async addBytes(ticket: string, bytes: number): Promise<void> {
    await this.update({ ticket }, { bytes: () => `bytes + ${Math.trunc(bytes)}`, lastAt: () => 'now()' });
  }

  /** Latest first. */
  ofRecording(recordingId: number, page: number, limit: number): Promise<[RecordingListen[], number]> {
    return this.findAndCount({
      where: { recordingId },
      order: { firstAt: 'DESC', ticket: 'DESC' },
      skip: (page - 1) * limit,
      take: limit,
    });
  }
}
