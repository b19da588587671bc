/** Bytes of a copy, both ends included. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** Sound, in order. A chunk is valid until the next one is asked for: its memory may be used again. */
export type Chunks = AsyncIterable<Uint8Array>;

/** Where the copies should be is something else, such as the empty folder in which their disk is not mounted. */
export class StoreAwayError extends Error {}

/** Port for where the copies of recordings are. Keys are our own words, such as `2026/01/31/55.mp3`. */
export abstract class RecordingStore {
  /**
   * To be called at each start. A store without any copy becomes theirs.
   * @param keys of the newest copies that were stored
   * @returns false: it has none of them, so it is not theirs; nothing is stored in it, and no copy is taken for lost
   */
  abstract claim(keys: readonly string[]): Promise<boolean>;
  /** @throws StoreAwayError */
  abstract assertThere(): Promise<void>;
  /** Takes over a complete file, which is gone afterwards. A copy under the same key is replaced. */
  abstract put(key: string, file: string, contentType: string): Promise<void>;
  /** @returns its size in bytes; null: there is none. @throws StoreAwayError */
  abstract sizeOf(key: string): Promise<number | null>;
  abstract open(key: string, range: ByteRange, signal: AbortSignal): Promise<Chunks>;
  /** Does nothing when there is none. @throws StoreAwayError */
  abstract remove(key: string): Promise<void>;
}
