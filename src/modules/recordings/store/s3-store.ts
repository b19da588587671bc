import { openAsBlob } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { S3mini } from 's3mini';
import type { S3Settings } from '../../../config/namespaces/recordings.config.js';
import { type ByteRange, type Chunks, RecordingStore } from './recording-store.js';

/** Longest a request may take, an upload of the largest copy among them. */
const TIMEOUT_MS = 5 * 60_000;

/** Copies as objects of an S3-compatible server. */
export class S3Store extends RecordingStore {
  private readonly client: S3mini;

  constructor({ endpoint, bucket, region, keyId, secret }: S3Settings) {
    super();
    this.client = new S3mini({
      endpoint: `${endpoint}/${bucket}`,
      region,
      accessKeyId: keyId,
      secretAccessKey: secret,
      requestAbortTimeout: TIMEOUT_MS,
    });
  }

  /** A bucket that is not there is an error of each request. */
  async claim(): Promise<boolean> {
    return true;
  }

  async assertThere(): Promise<void> {}

  /** @throws Error when the server has stored another number of bytes than the file has: it would be no copy */
  async put(key: string, file: string, contentType: string): Promise<void> {
    const blob = await openAsBlob(file);
    const { size } = blob;
    await this.client.putObject(key, blob, contentType, undefined, undefined, size);
    const stored = await this.client.getContentLength(key);
    if (stored !== size) {
      await this.remove(key);
      throw new Error(`The S3 server stored ${stored} bytes of a recording of ${size}`);
    }
    await rm(file, { force: true });
  }

  async sizeOf(key: string): Promise<number | null> {
    const exists = await this.client.objectExists(key);
    return exists === true ? this.client.getContentLength(key) : null;
  }

  async open(key: string, range: ByteRange, signal: AbortSignal): Promise<Chunks> {
    return this.chunksOf(key, range, signal);
  }

  async remove(key: string): Promise<void> {
    await this.client.deleteObject(key);
  }

  /**
   * Asks again for what is left when a request ends early: its time goes on while the listener pauses. Only after some
   * bytes of it have come, so that a server that is down is not asked for ever.
   */
  private async *chunksOf(
    key: string,
    { start, end }: ByteRange,
    signal: AbortSignal,
  ): AsyncGenerator<Uint8Array> {
    let etag: string | null = null;
    for (let position = start; position <= end;) {
      const from = position;
      const answer = await this.partOf(key, { start: from, end }, signal);
      // Compared here, for some S3-compatible servers ignore If-Match.
      if (from > start && answer.etag !== etag) {
        answer.body.destroy();
        throw new Error('The copy of a recording was replaced while it was played');
      }
      ({ etag } = answer);
      try {
        for await (const chunk of answer.body as AsyncIterable<Uint8Array>) {
          position += chunk.length;
          yield chunk;
        }
      } catch (error) {
        if (signal.aborted || position === from) throw error;
      }
      if (position === from) throw new Error('The copy of a recording is shorter than it was');
    }
  }

  /** @throws Error when the server sends something else than the part that it was asked for */
  private async partOf(
    key: string,
    { start, end }: ByteRange,
    signal: AbortSignal,
  ): Promise<{ readonly body: Readable; readonly etag: string | null }> {
    // Its end is excluded.
    const { body, headers, status } = await this.client.getObjectRaw(key, false, start, end + 1);
    if (body === null) throw new Error('The S3 server answered without a body');
    if (status !== 206) {
      await body.cancel();
      throw new Error(`The S3 server answered ${status} to a request for a part`);
    }
    return { body: Readable.fromWeb(body, { signal }), etag: headers.get('etag') };
  }
}
