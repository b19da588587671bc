/** Of telephone sound. */
const SAMPLES_PER_SECOND = 8_000;

const HEADER_BYTES = 44;

/** Notes of a major scale, in Hz. */
const NOTES = [261.63, 293.66, 329.63, 349.23, 392, 440, 493.88, 523.25];

/** How long each note lasts. */
const NOTE_SECONDS = 0.25;

/** Of full scale. */
const LOUDNESS = 0.4;

/**
 * A sound file that stands for the recording of a call: a few notes, chosen by `name`, so that two calls sound different
 * and the same call always the same. WAV, mono, 16 bits, 8 kHz: 16,000 bytes a second.
 * @param name such as the id of the call
 */
export function toneWav(name: string, seconds = 4): Buffer {
  const count = Math.round(seconds * SAMPLES_PER_SECOND);
  const wav = Buffer.alloc(HEADER_BYTES + 2 * count);
  writeHeader(wav, 2 * count);
  const notes = notesOf(name);
  const samplesOfNote = NOTE_SECONDS * SAMPLES_PER_SECOND;
  for (let index = 0; index < count; index += 1) {
    const note = notes[Math.floor(index / samplesOfNote) % notes.length] ?? 440;
    const within = (index % samplesOfNote) / samplesOfNote;
    // Rises and falls within each note: a sudden start clicks.
    const envelope = Math.min(within * 10, 1, (1 - within) * 10);
    const wave = Math.sin((2 * Math.PI * note * index) / SAMPLES_PER_SECOND);
    wav.writeInt16LE(Math.round(wave * envelope * LOUDNESS * 0x7fff), HEADER_BYTES + 2 * index);
  }
  return wav;
}

/** RIFF with one `fmt ` and one `data` chunk (Microsoft, Multimedia Programming Interface 1.0). */
function writeHeader(wav: Buffer, dataBytes: number): void {
  wav.write('RIFF', 0, 'latin1');
  wav.writeUInt32LE(HEADER_BYTES - 8 + dataBytes, 4);
  wav.write('WAVEfmt ', 8, 'latin1');
  wav.writeUInt32LE(16, 16);
  wav.writeUInt16LE(1, 20); // PCM
  wav.writeUInt16LE(1, 22); // channels
  wav.writeUInt32LE(SAMPLES_PER_SECOND, 24);
  wav.writeUInt32LE(2 * SAMPLES_PER_SECOND, 28);
  wav.writeUInt16LE(2, 32); // bytes of a sample
  wav.writeUInt16LE(16, 34); // bits of a sample
  wav.write('data', 36, 'latin1');
  wav.writeUInt32LE(dataBytes, 40);
}

/** Four notes, by an FNV-1a hash of the name. */
function notesOf(name: string): number[] {
  let hash = 0x811c9dc5;
  for (const char of name) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return [0, 3, 6, 9].map((shift) => NOTES[(hash >>> shift) % NOTES.length] ?? 440);
}
