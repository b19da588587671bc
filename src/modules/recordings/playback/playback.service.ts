import { Inject, Injectable, Logger } from '@nestjs/common';
import { FetchError } from '../pbx/fetch-error.js';
import { RecordingClient } from '../pbx/recording-client.js';
import { CallRepository } from '../../telephony/calls/call.repository.js';
import { maySeeCall } from '../../telephony/calls/domain/call-access.js';
import { recordingNotFound, recordingNotReady, recordingRemoved } from '../recording-errors.js';
import type { Recording } from '../recording.entity.js';
import { RecordingRepository } from '../recording.repository.js';
import { RecordingStore, StoreAwayError } from '../store/recording-store.js';
import { type AskedRange, rangeWithin } from './byte-range.js';
import type { PlaybackTicket } from './playback-tickets.service.js';
import { type Piece, readAtPbx } from './proxied-recording.js';
import { RecordingListenRepository } from './recording-listen.repository.js';
import { Relays } from './relays.js';

/** Longest a listener waits who is told to come again. */
const MOST_RETRY_SECONDS = 3_600;

/** What is played; with a tag, when it is from the copy. */
export type Playing = Piece & { readonly etag?: string };

/** Where the bytes of a recording are, for who may hear it. */
@Injectable()
export class PlaybackService {
  private readonly logger = new Logger(PlaybackService.name);
  private readonly relays = new Relays();

  constructor(
    private readonly recordings: RecordingRepository,
    private readonly listens: RecordingListenRepository,
    private readonly calls: CallRepository,
    private readonly store: RecordingStore,
    @Inject(RecordingClient) private readonly client: RecordingClient,
  ) {}

  /**
   * The recording of a ticket, if its user still may hear it: a call may have gone to another user meanwhile.
   * @throws DomainError RECORDING_NOT_FOUND, RECORDING_REMOVED
   */
  async recordingOf({ recordingId, agent }: PlaybackTicket): Promise<Recording> {
    const recording = await this.recordings.findOneBy({ id: recordingId });
    const call = recording && (await this.calls.findOneBy({ id: recording.callId }));
    if (recording === null || call === null || !maySeeCall(agent, call)) throw recordingNotFound();
    const isRemoved = recording.state === 'removing' || recording.state === 'removed';
    if (isRemoved || recording.erasedAt !== null) throw recordingRemoved();
    if (recording.state === 'gone') throw recordingNotFound();
    return recording;
  }

  /**
   * @param isUnchanged whether a part may be answered for what the player has of it already (If-Range)
   * @param signal ends when the player is gone or has all of it
   * @throws DomainError RECORDING_NOT_READY
   */
  async open(
    recording: Recording,
    asked: AskedRange | null,
    isUnchanged: (etag: string | null) => boolean,
    signal: AbortSignal,
  ): Promise<Playing> {
    const copy = await this.copyOf(recording, asked, isUnchanged, signal);
    if (copy !== null) return copy;
    const { url, nextTryAt } = recording;
    if (url === null) throw recordingRemoved();
    const relay = this.relays.begin(signal);
    try {
      return await readAtPbx(this.client, url, isUnchanged(null) ? asked : null, relay);
    } catch (error) {
      if (!(error instanceof FetchError)) throw error;
      const seconds = nextTryAt === null ? 1 : Math.ceil((Number(nextTryAt) - Date.now()) / 1000);
      throw recordingNotReady(Math.min(Math.max(seconds, 1), MOST_RETRY_SECONDS));
    }
  }

  /** Has to be stored before the first byte is sent. */
  async beginListening({ id, recordingId, agent }: PlaybackTicket, address: string): Promise<void> {
    const { userId, role } = agent;
    await this.listens.begin({ ticket: id, recordingId, userId, role, address: address.slice(0, 45) });
  }

  /** Never throws: the listener has got his bytes. */
  async addBytes(ticket: PlaybackTicket, bytes: number): Promise<void> {
    try {
      await this.listens.addBytes(ticket.id, bytes);
    } catch (error) {
      this.logger.warn(
        `The bytes of a listening to recording ${ticket.recordingId} could not be counted`,
        error,
      );
    }
  }

  /** @returns null: the copy is lost */
  private async sizeOf(key: string): Promise<number | 'unknown' | null> {
    try {
      return await this.store.sizeOf(key);
    } catch (error) {
      if (!(error instanceof StoreAwayError)) throw error;
      this.logger.error(error.message);
      return 'unknown';
    }
  }

  /** null: there is none, or the store has lost it, and it is fetched anew. */
  private async copyOf(
    { id, storageKey: key, sha256, contentType }: Recording,
    asked: AskedRange | null,
    isUnchanged: (etag: string | null) => boolean,
    signal: AbortSignal,
  ): Promise<Playing | null> {
    if (key === null || contentType === null) return null;
    const size = await this.sizeOf(key);
    if (size === 'unknown') return null;
    if (size === null) {
      this.logger.error(`The copy of recording ${id} is not where it was stored: it is fetched anew`);
      await this.recordings.markLost(id);
      return null;
    }
    const etag = `"${sha256?.toString('hex') ?? id}"`;
    const isPart = asked !== null && isUnchanged(etag);
    const range = isPart ? rangeWithin(asked, size) : { start: 0, end: size - 1 };
    if (range === null) return { kind: 'beyond', size };
    const body = await this.store.open(key, range, signal);
    return isPart
      ? { kind: 'part', range, size, contentType, etag, body }
      : { kind: 'whole', size, contentType, etag, body };
  }
}
