/** Bytes of a copy, both ends included. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** Sound, in order. A chunk is valid until the next one is asked for: its memory may be used again. */
export type Chunks = AsyncIterable<Uint8Array>;

/** Port for where the copies of recordings are. Keys are our own words, such as `2026/01/31/55.mp3`. */
export abstract class RecordingStore {
  /** Takes over a complete file, which is gone afterwards. A copy under the same key is replaced. */
  abstract put(key: string, file: string, contentType: string): Promise<void>;
  /** @returns its size in bytes; null: there is none */
  abstract sizeOf(key: string): Promise<number | null>;
  abstract open(key: string, range: ByteRange, signal: AbortSignal): Promise<Chunks>;
  /** Does nothing when there is none. */
  abstract remove(key: string): Promise<void>;
}
