import { access, mkdir, open, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { type ByteRange, type Chunks, RecordingStore, StoreAwayError } from './recording-store.js';

/** What of a file is in memory for one listener. */
const CHUNK_BYTES = 64 * 1024;

/** An empty file by which the folder of the copies differs from the one in which its disk should be mounted. */
const MARKER = '.telephony-recordings';

/** Copies as files of a folder, which may be one that all instances share. */
export class LocalStore extends RecordingStore {
  private readonly folder: string;
  /** It has no marker yet, because nothing was stored. */
  private isNew = false;

  constructor(folder: string) {
    super();
    this.folder = resolve(folder);
  }

  async claim(keys: readonly string[]): Promise<boolean> {
    if (await this.isThere()) return true;
    this.isNew = keys.length === 0;
    if (this.isNew) return true;
    const sizes = await Promise.all(keys.map((key) => this.sizeOfFile(key)));
    const isTheirs = sizes.some((size) => size !== null);
    if (isTheirs) await this.mark();
    return isTheirs;
  }

  async assertThere(): Promise<void> {
    if ((await this.isThere()) || this.isNew) return;
    throw new StoreAwayError(
      `The folder of the recordings has no file ${MARKER}: is its disk mounted? If all copies are lost, create that file`,
    );
  }

  /** @param file in the same file system: it is renamed, so that a copy is there whole or not at all */
  async put(key: string, file: string): Promise<void> {
    await this.assertThere();
    const target = join(this.folder, key);
    await mkdir(dirname(target), { recursive: true, mode: 0o700 });
    if (this.isNew) await this.mark();
    await rename(file, target);
    await syncFolder(dirname(target));
  }

  async sizeOf(key: string): Promise<number | null> {
    const size = await this.sizeOfFile(key);
    if (size === null) await this.assertThere();
    return size;
  }

  async open(key: string, range: ByteRange): Promise<Chunks> {
    return chunksOf(join(this.folder, key), range);
  }

  async remove(key: string): Promise<void> {
    await this.assertThere();
    await rm(join(this.folder, key), { force: true });
  }

  private async sizeOfFile(key: string): Promise<number | null> {
    try {
      return (await stat(join(this.folder, key))).size;
    } catch (error) {
      if (isAbsent(error)) return null;
      throw error;
    }
  }

  private async isThere(): Promise<boolean> {
    const isMarked = await access(join(this.folder, MARKER)).then(
      () => true,
      () => false,
    );
    if (isMarked) this.isNew = false;
    return isMarked;
  }

  private async mark(): Promise<void> {
    await writeFile(join(this.folder, MARKER), '');
    this.isNew = false;
  }
}

/** All chunks share one memory: new memory for each is freed so late that 20 listeners of long recordings take 30 MiB. */
async function* chunksOf(path: string, { start, end }: ByteRange): AsyncGenerator<Uint8Array> {
  const file = await open(path, 'r');
  try {
    const memory = Buffer.allocUnsafeSlow(CHUNK_BYTES);
    for (let position = start; position <= end;) {
      const { bytesRead } = await file.read(memory, 0, Math.min(CHUNK_BYTES, end + 1 - position), position);
      if (bytesRead === 0) throw new Error('The copy of a recording is shorter than it was');
      position += bytesRead;
      yield memory.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

/** The name of a file survives a power cut only when its folder was written too. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function isAbsent(error: unknown): boolean {
  return (error as { code?: unknown }).code === 'ENOENT';
}
