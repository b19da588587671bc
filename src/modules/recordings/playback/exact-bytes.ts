import type { Readable } from 'node:stream';
import { FetchError } from '../pbx/fetch-error.js';

/**
 * `length` bytes of a body after the first `skipped` ones. What follows is not read: the body is destroyed then.
 * @throws FetchError when there are fewer
 */
export async function* exactBytes(body: Readable, skipped: number, length: number): AsyncGenerator<Buffer> {
  let toSkip = skipped;
  let left = length;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    const start = Math.min(toSkip, chunk.length);
    toSkip -= start;
    const wanted = chunk.subarray(start, start + left);
    left -= wanted.length;
    if (wanted.length > 0) yield wanted;
    if (left === 0) return;
  }
  if (left > 0) throw new FetchError('the PBX sent fewer bytes than it said');
}

/**
 * A body as it comes.
 * @throws FetchError when it has more bytes
 */
export async function* atMost(body: Readable, bytes: number): AsyncGenerator<Buffer> {
  let left = bytes;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    left -= chunk.length;
    if (left < 0) throw new FetchError(`it is larger than ${bytes} bytes`);
    yield chunk;
  }
}
