import { readFileSync } from 'node:fs';
import { copyFile, link, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './documents.js';

interface LockedPackage {
  readonly dev?: boolean;
  readonly devOptional?: boolean;
}

const { packages }: { packages: Record<string, LockedPackage> } = JSON.parse(
  readFileSync(`${ROOT}package-lock.json`, 'utf8'),
);

/**
 * A folder with what the Dockerfile puts into the image: the build, package.json and the packages of production. Packages of
 * development that are also an optional dependency of production, such as the compiler, may be missing in an image, so
 * they are missing here.
 */
export class ImageFolder {
  private constructor(readonly path: string) {}

  /** Links the files instead of copying them: there are about 20,000. */
  static async create(): Promise<ImageFolder> {
    // Outside of the repository, whose own node_modules has the packages of development.
    const path = await mkdtemp(join(tmpdir(), 'telephony-image-'));
    const folders = Object.entries(packages)
      .filter(([name, { dev, devOptional }]) => name !== '' && dev !== true && devOptional !== true)
      .map(([name]) => name);
    await linkTree('dist', path);
    await copyFile(`${ROOT}package.json`, join(path, 'package.json'));
    for (const folder of folders) await linkTree(folder, path);
    return new ImageFolder(path);
  }

  async remove(): Promise<void> {
    await rm(this.path, { recursive: true });
  }
}

/** Packages for other platforms are in the lock file but not installed; nested packages have entries of their own. */
async function linkTree(folder: string, target: string): Promise<void> {
  const entries = await readdir(ROOT + folder, { withFileTypes: true }).catch(() => []);
  await mkdir(join(target, folder), { recursive: true });
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && entry.name !== 'node_modules') await linkTree(path, target);
    else if (entry.isFile()) {
      // Another file system allows no link.
      await link(ROOT + path, join(target, path)).catch(() => copyFile(ROOT + path, join(target, path)));
    }
  }
}
