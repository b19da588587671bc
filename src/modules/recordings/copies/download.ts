import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { type AudioType, audioTypeOf, mayBeAudio, SNIFFED_BYTES } from './audio-type.js';
import { FetchError } from '../pbx/fetch-error.js';
import type { RecordingAnswer, RecordingClient } from '../pbx/recording-client.js';

export interface DownloadLimits {
  readonly bytes: number;
  /** For the whole of it: a byte every now and then must not keep it alive. */
  readonly milliseconds: number;
}

export interface Download extends AudioType {
  readonly size: number;
  readonly sha256: Buffer;
}

/**
 * Fetches a recording into a new file, which only this user may read. The file is on the disk when it returns, and gone
 * when it throws.
 * @throws FetchError when the answer is no recording, or is not whole
 */
export async function download(
  client: RecordingClient,
  { url, file, signal }: { readonly url: string; readonly file: string; readonly signal: AbortSignal },
  limits: DownloadLimits,
): Promise<Download> {
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(limits.milliseconds)]);
  const answer = await client.get({ url, signal: deadline });
  try {
    const expected = expectedSizeOf(answer, limits);
    const target = await open(file, 'wx', 0o600);
    try {
      const written = await write(answer, target, limits, deadline);
      if (expected !== null && written.size !== expected) {
        throw new FetchError(`it is cut off: ${written.size} bytes of ${expected} came`);
      }
      await target.sync();
      return written;
    } catch (error) {
      await rm(file, { force: true });
      throw error;
    } finally {
      await target.close();
    }
  } finally {
    answer.body.destroy();
  }
}

/** null: the answer does not say. */
function expectedSizeOf({ status, headers }: RecordingAnswer, { bytes }: DownloadLimits): number | null {
  if (status !== 200) throw new FetchError(`the PBX answers ${status}`);
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') throw new FetchError('the PBX sends it compressed');
  if (!mayBeAudio(headers['content-type'])) throw new FetchError('the PBX sends no sound file');
  const length = headers['content-length'];
  if (length === undefined) return null;
  if (Number(length) > bytes) throw tooLarge(bytes);
  return Number(length);
}

async function write(
  { body }: RecordingAnswer,
  target: FileHandle,
  { bytes: limit }: DownloadLimits,
  deadline: AbortSignal,
): Promise<Download> {
  const hash: Hash = createHash('sha256');
  let start = Buffer.alloc(0);
  let type: AudioType | null = null;
  let size = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > limit) throw tooLarge(limit);
      if (type === null) {
        start = Buffer.concat([start, chunk]);
        if (start.length >= SNIFFED_BYTES) type = typeOf(start);
      }
      hash.update(chunk);
      await target.writeFile(chunk);
    }
  } catch (error) {
    if (error instanceof FetchError || isOfDisk(error)) throw error;
    if (deadline.aborted) throw new FetchError('it took too long', { cause: error });
    throw new FetchError('the connection to the PBX broke off', { cause: error });
  }
  if (size === 0) throw new FetchError('it is empty');
  return { ...(type ?? typeOf(start)), size, sha256: hash.digest() };
}

function typeOf(start: Buffer): AudioType {
  const type = audioTypeOf(start);
  if (type === null) throw new FetchError('the PBX sends no sound file');
  return type;
}

function tooLarge(limit: number): FetchError {
  return new FetchError(`it is larger than ${limit} bytes`);
}

/** The disk is full, or the folder may not be written: not the fault of the PBX. */
function isOfDisk(error: unknown): boolean {
  const { syscall } = error as { syscall?: unknown };
  return syscall === 'write' || syscall === 'open' || syscall === 'fsync';
}
