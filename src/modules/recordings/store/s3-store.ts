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

  async open(key: string, { start, end }: ByteRange, signal: AbortSignal): Promise<Chunks> {
    // Its end is excluded.
    const { body } = await this.client.getObjectRaw(key, false, start, end + 1);
    if (body === null) throw new Error('The S3 server answered without a body');
    return Readable.fromWeb(body, { signal });
  }

  async remove(key: string): Promise<void> {
    await this.client.deleteObject(key);
  }
}
