import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { type ByteRange, RecordingStore } from './recording-store.js';

/** Copies as files of a folder, which may be one that all instances share. */
export class LocalStore extends RecordingStore {
  readonly folder: string;

  constructor(folder: string) {
    super();
    this.folder = resolve(folder);
  }

  /** @param file in the same file system: it is renamed, so that a copy is there whole or not at all */
  async put(key: string, file: string): Promise<void> {
    const target = join(this.folder, key);
    await mkdir(dirname(target), { recursive: true, mode: 0o700 });
    await rename(file, target);
    await syncFolder(dirname(target));
  }

  async sizeOf(key: string): Promise<number | null> {
    try {
      return (await stat(join(this.folder, key))).size;
    } catch (error) {
      if (isAbsent(error)) return null;
      throw error;
    }
  }

  async open(key: string, range: ByteRange, signal: AbortSignal): Promise<Readable> {
    return createReadStream(join(this.folder, key), { ...range, signal });
  }

  async remove(key: string): Promise<void> {
    await rm(join(this.folder, key), { force: true });
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
