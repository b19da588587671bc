import { Readable } from 'node:stream';
import { mayBeAudio } from '../copies/audio-type.js';
import { FetchError } from '../pbx/fetch-error.js';
import type { RecordingAnswer, RecordingClient } from '../pbx/recording-client.js';
import type { ByteRange, Chunks } from '../store/recording-store.js';
import { type AskedRange, rangeWithin, readContentRange } from './byte-range.js';
import { FETCH_LIMITS } from '../copies/copy-settings.js';
import { atMost, exactBytes } from './exact-bytes.js';

/** Most bytes of one answer to a player that asks for a part: it asks on, and its pauses keep no connection to the PBX. */
export const PIECE_BYTES = 2 * 1024 * 1024;

/** What a player is answered. */
export type Piece =
  | {
      readonly kind: 'whole';
      readonly size: number | null;
      readonly contentType: string;
      readonly body: Chunks;
    }
  | {
      readonly kind: 'part';
      readonly range: ByteRange;
      readonly size: number | null;
      readonly contentType: string;
      readonly body: Chunks;
    }
  | { readonly kind: 'beyond'; readonly size: number | null };

/** Types by the name of the file, for a PBX that calls everything octet-stream. */
const TYPE_OF_EXTENSION: Readonly<Record<string, string>> = {
  mp3: 'audio/mpeg',
  wav: 'audio/wav',
  ogg: 'audio/ogg',
  opus: 'audio/ogg',
  m4a: 'audio/mp4',
  flac: 'audio/flac',
};

/**
 * Reads a recording at the PBX, for who listens before there is a copy.
 * @param asked null: all of it
 * @throws FetchError
 */
export async function readAtPbx(
  client: RecordingClient,
  url: string,
  asked: AskedRange | null,
  signal: AbortSignal,
): Promise<Piece> {
  if (asked === null) return wholeOf(await client.get({ url, signal }), url);
  const from = 'last' in asked ? await startOfLast(client, url, asked, signal) : asked;
  if (from === null) return wholeOf(await client.get({ url, signal }), url);
  const end = Math.min(from.end ?? Infinity, from.start + PIECE_BYTES - 1);
  const range = { start: from.start, end };
  const answer = await client.get({ url, range: `bytes=${range.start}-${range.end}`, signal });
  if (answer.status === 416) return beyond(answer);
  return answer.status === 206 ? partOf(answer, range, url) : cutOut(answer, range, url);
}

/** null: the PBX does not say how long the recording is. */
async function startOfLast(
  client: RecordingClient,
  url: string,
  asked: AskedRange,
  signal: AbortSignal,
): Promise<{ readonly start: number; readonly end: number | null } | null> {
  const answer = await client.get({ url, range: 'bytes=0-0', signal });
  answer.body.destroy();
  const size =
    answer.status === 206
      ? (readContentRange(answer.headers['content-range'])?.size ?? null)
      : lengthOf(checked(answer, 200));
  return size === null ? null : (rangeWithin(asked, size) ?? { start: size, end: null });
}

function wholeOf(answer: RecordingAnswer, url: string): Piece {
  const { body } = checked(answer, 200);
  return { kind: 'whole', size: lengthOf(answer), contentType: typeOf(answer, url), body: bounded(body) };
}

/** A body of unknown length must not run for ever: no copy is larger than this. */
function bounded(body: Readable): Readable {
  return Readable.from(atMost(body, FETCH_LIMITS.bytes));
}

/** @throws FetchError when the PBX sends another part than it was asked for */
function partOf(answer: RecordingAnswer, asked: ByteRange, url: string): Piece {
  const { body, headers } = checked(answer, 206);
  const found = readContentRange(headers['content-range']);
  if (found?.range?.start !== asked.start || found.range.end > asked.end) {
    body.destroy();
    throw new FetchError('the PBX sends another part than it was asked for');
  }
  const { range, size } = found;
  const bytes = exactBytes(body, 0, range.end - range.start + 1);
  return { kind: 'part', range, size, contentType: typeOf(answer, url), body: Readable.from(bytes) };
}

/** Of a PBX that knows no parts. */
function cutOut(answer: RecordingAnswer, asked: ByteRange, url: string): Piece {
  const { body } = checked(answer, 200);
  const size = lengthOf(answer);
  // How long the part is has to be said before it is read.
  if (size === null) return { kind: 'whole', size, contentType: typeOf(answer, url), body: bounded(body) };
  const range = rangeWithin(asked, size);
  if (range === null) {
    body.destroy();
    return { kind: 'beyond', size };
  }
  const bytes = exactBytes(body, range.start, range.end - range.start + 1);
  return { kind: 'part', range, size, contentType: typeOf(answer, url), body: Readable.from(bytes) };
}

function beyond({ headers, body }: RecordingAnswer): Piece {
  body.destroy();
  return { kind: 'beyond', size: readContentRange(headers['content-range'])?.size ?? null };
}

function checked(answer: RecordingAnswer, status: number): RecordingAnswer {
  const encoding = answer.headers['content-encoding'] ?? 'identity';
  if (answer.status === status && encoding === 'identity' && mayBeAudio(answer.headers['content-type'])) {
    return answer;
  }
  answer.body.destroy();
  throw new FetchError(
    answer.status === status ? 'the PBX sends no sound file' : `the PBX answers ${answer.status}`,
  );
}

function lengthOf({ headers }: RecordingAnswer): number | null {
  const length = headers['content-length'];
  return length === undefined ? null : Number(length);
}

function typeOf({ headers }: RecordingAnswer, url: string): string {
  const said = /^audio\/[\w.+-]{1,40}$/u.exec(headers['content-type']?.split(';', 1)[0]?.trim() ?? '')?.[0];
  const extension = /\.(\w{1,5})$/u.exec(new URL(url).pathname)?.[1]?.toLowerCase() ?? '';
  return said ?? TYPE_OF_EXTENSION[extension] ?? 'audio/mpeg';
}
