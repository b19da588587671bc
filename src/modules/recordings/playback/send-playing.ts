import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { Logger } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { errorBodyOf } from '../../../common/errors/framework-errors.js';
import { recordingNotReady } from '../recording-errors.js';
import type { Recording } from '../recording.entity.js';
import type { Playing } from './playback.service.js';

const logger = new Logger('RecordingPlayback');

/**
 * What a browser may do with a recording: play it. It came from elsewhere, so it is not shown as a page, and the address
 * with its ticket is told to nobody. The page that plays it may be of another origin.
 */
const HEADERS = {
  'Cache-Control': 'private, no-store',
  'Content-Security-Policy': "sandbox; default-src 'none'",
  'Cross-Origin-Resource-Policy': 'cross-origin',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
} as const;

/** Answers a player, whose headers Range and If-Range were read before. */
export async function sendPlaying(
  playing: Playing,
  { callId, storageKey }: Recording,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  void reply.headers(HEADERS);
  if (playing.kind === 'beyond') {
    const body = errorBodyOf('REQUEST_REFUSED', 'The recording has no such part', request.id);
    void reply.header('Content-Range', `bytes */${playing.size ?? '*'}`).status(416);
    await reply.send({ ...body, statusCode: 416 });
    return;
  }
  const { body, size, etag } = playing;
  const chunks = body[Symbol.asyncIterator]();
  const first = request.method === 'HEAD' ? null : await firstOf(chunks, etag !== undefined);
  const extension = /\.\w+$/u.exec(storageKey ?? '')?.[0] ?? '';
  void reply.type(playing.contentType);
  void reply.header('Content-Disposition', `inline; filename="call-${callId}${extension}"`);
  void reply.header('Accept-Ranges', 'bytes');
  if (etag !== undefined) void reply.header('ETag', etag);
  const length = playing.kind === 'part' ? playing.range.end - playing.range.start + 1 : size;
  if (length !== null) void reply.header('Content-Length', length);
  if (playing.kind === 'part') {
    const { start, end } = playing.range;
    void reply.status(206).header('Content-Range', `bytes ${start}-${end}/${size ?? '*'}`);
  }
  if (first !== null) {
    await sendChunks(first, chunks, reply);
    return;
  }
  if (body instanceof Readable) body.destroy();
  // An empty stream: of an empty text Fastify would send the length.
  await reply.send(Readable.from([]));
}

/**
 * Read before anything is sent, so that a failure can be answered.
 * @throws DomainError RECORDING_NOT_READY when the PBX breaks off
 */
async function firstOf(
  chunks: AsyncIterator<Uint8Array>,
  isCopy: boolean,
): Promise<IteratorResult<Uint8Array>> {
  try {
    return await chunks.next();
  } catch (error) {
    throw isCopy ? error : recordingNotReady(1);
  }
}

/** Sends one chunk after the other, because the next one may use the same memory: a stream of Fastify reads ahead. */
async function sendChunks(
  first: IteratorResult<Uint8Array>,
  chunks: AsyncIterator<Uint8Array>,
  reply: FastifyReply,
): Promise<void> {
  const { raw } = reply;
  reply.hijack();
  raw.writeHead(reply.statusCode, reply.getHeaders() as OutgoingHttpHeaders);
  try {
    for (let chunk = first; chunk.done !== true; chunk = await chunks.next()) await written(chunk.value, raw);
    raw.end();
  } catch (error) {
    if (!raw.destroyed) logger.warn('A recording broke off while it was played', error);
    raw.destroy();
  } finally {
    await chunks.return?.();
  }
}

/** Resolves when the chunk has left this process. @throws Error when the listener is gone */
function written(chunk: Uint8Array, response: ServerResponse): Promise<void> {
  return new Promise((resolve, reject) => {
    const leave = (): void => reject(new Error('The listener is gone'));
    response.once('close', leave);
    response.write(chunk, (error) => {
      response.off('close', leave);
      if (error) reject(error);
      else resolve();
    });
  });
}
