import { Readable } from 'node:stream';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { errorBodyOf } from '../../../common/errors/framework-errors.js';
import type { Recording } from '../recording.entity.js';
import type { Playing } from './playback.service.js';

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

/** Answers a player, whose headers Range and If-Range were read before unless the HTTP server sends a file. */
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
  const extension = /\.\w+$/u.exec(storageKey ?? '')?.[0] ?? '';
  void reply.type(playing.contentType);
  void reply.header('Content-Disposition', `inline; filename="call-${callId}${extension}"`);
  void reply.header('Accept-Ranges', 'bytes');
  if (playing.kind === 'file') {
    const { key, folder, isPart } = playing;
    await reply.sendFile(key, folder, { cacheControl: false, contentType: false, acceptRanges: isPart });
    return;
  }
  const { body, size, etag } = playing;
  if (etag !== undefined) void reply.header('ETag', etag);
  const length = playing.kind === 'part' ? playing.range.end - playing.range.start + 1 : size;
  if (length !== null) void reply.header('Content-Length', length);
  if (playing.kind === 'part') {
    const { start, end } = playing.range;
    void reply.status(206).header('Content-Range', `bytes ${start}-${end}/${size ?? '*'}`);
  }
  if (request.method !== 'HEAD') {
    await reply.send(body);
    return;
  }
  body.destroy();
  // An empty stream: of an empty text Fastify would send the length.
  await reply.send(Readable.from([]));
}
