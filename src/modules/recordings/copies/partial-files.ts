import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Files of recordings that are being fetched: `tmp/<id>-<random>.part`. */
export class PartialFiles {
  private readonly folder: string;

  /** @param folder of the copies, so that a complete file can be renamed */
  constructor(folder: string) {
    this.folder = join(folder, 'tmp');
  }

  /** A path for a new file. Earlier ones of this recording are removed: their instance has died, for its claim is over. */
  async pathFor(id: number): Promise<string> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const left = (await readdir(this.folder)).filter((name) => name.startsWith(`${id}-`));
    for (const name of left) await rm(join(this.folder, name), { force: true });
    return join(this.folder, `${id}-${randomBytes(8).toString('hex')}.part`);
  }

  /** Removes files to which nothing was written for so long that nobody writes them any more. @returns how many */
  async removeOlderThan(milliseconds: number): Promise<number> {
    let removed = 0;
    for (const name of await this.names()) {
      const file = join(this.folder, name);
      // Another instance may have removed it.
      const found = await stat(file).catch(() => null);
      if (found === null || Date.now() - found.mtimeMs <= milliseconds) continue;
      await rm(file, { force: true });
      removed += 1;
    }
    return removed;
  }

  private async names(): Promise<string[]> {
    try {
      return await readdir(this.folder);
    } catch {
      // Nothing was fetched yet.
      return [];
    }
  }
}
