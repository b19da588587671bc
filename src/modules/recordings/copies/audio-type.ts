/** A kind of sound file, by its first bytes. */
export interface AudioType {
  readonly contentType: string;
  /** Of the name of its copy. */
  readonly extension: string;
}

/** Bytes that {@link audioTypeOf} needs. */
export const SNIFFED_BYTES = 12;

const MP3: AudioType = { contentType: 'audio/mpeg', extension: 'mp3' };
const WAV: AudioType = { contentType: 'audio/wav', extension: 'wav' };
const OGG: AudioType = { contentType: 'audio/ogg', extension: 'ogg' };
const MP4: AudioType = { contentType: 'audio/mp4', extension: 'm4a' };
const AAC: AudioType = { contentType: 'audio/aac', extension: 'aac' };
const FLAC: AudioType = { contentType: 'audio/flac', extension: 'flac' };
const AMR: AudioType = { contentType: 'audio/amr', extension: 'amr' };
const WEBM: AudioType = { contentType: 'audio/webm', extension: 'webm' };

/** null: it is none of the kinds that PBXs record. What the PBX calls it does not count. */
export function audioTypeOf(start: Buffer): AudioType | null {
  const text = start.toString('latin1', 0, SNIFFED_BYTES);
  if (text.startsWith('ID3')) return MP3;
  if (/^(?:RIFF|RF64|RIFX)[^]{4}WAVE/u.test(text)) return WAV;
  if (text.startsWith('OggS')) return OGG;
  if (text.startsWith('ftyp', 4)) return MP4;
  if (text.startsWith('fLaC')) return FLAC;
  if (text.startsWith('#!AMR')) return AMR;
  if (text.startsWith('\x1a\x45\xdf\xa3')) return WEBM;
  return frameTypeOf(start);
}

/** The sync word of MPEG audio, 11 bits; layer 0 is AAC in ADTS. */
function frameTypeOf(start: Buffer): AudioType | null {
  const [first, second = 0, third = 0] = start;
  if (first !== 0xff || (second & 0xe0) !== 0xe0) return null;
  const layer = (second >> 1) & 3;
  if (layer === 0) return (second & 0xf0) === 0xf0 ? AAC : null;
  const isReserved = ((second >> 3) & 3) === 1 || third >> 4 === 15;
  return isReserved ? null : MP3;
}

/** Whether an answer that is named so may be sound: what is sent as a page is not read at all. */
export function mayBeAudio(contentType: string | undefined): boolean {
  const type = contentType?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  return (
    type === '' || /^audio\/|^application\/(?:octet-stream|ogg|x-wav)$|^binary\/octet-stream$/u.test(type)
  );
}
