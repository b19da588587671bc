import { randomUUID } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DomainError } from '../../common/errors/domain-error.js';
import { hasCode } from './errno.js';
import { isRunning, thisProcess, type ProcessIdentity } from './process-identity.js';

export interface DataFolderLock {
  release(): void;
}

const LOCK_FILE = /^lock\.(\d+)$/;

/**
 * Locks a data folder against other processes until released, or until this process ends for any reason.
 *
 * The lock is the file `lock.<n>` with the highest n. To replace a dead owner a process creates the next number, which
 * only one of several processes can do. The highest number is never removed. With a single lock file, a process could
 * delete the new lock of another process that replaced the dead owner first.
 *
 * @throws DomainError DATABASE_UNAVAILABLE when another process holds the folder
 */
export function lockDataFolder(folder: string): DataFolderLock {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const lockFile = (number: number): string => join(folder, `lock.${number}`);
  const draft = join(folder, `lock.draft.${randomUUID()}`);
  writeFileSync(draft, JSON.stringify(thisProcess()));
  try {
    for (;;) {
      const last = highestNumber(folder);
      const holder = last === 0 ? null : readHolder(lockFile(last));
      if (holder !== null && isRunning(holder)) throw inUse(folder, holder);

      const number = last + 1;
      if (!linkIfAbsent(draft, lockFile(number))) continue;
      if (highestNumber(folder) > number) {
        rmSync(lockFile(number), { force: true });
        continue;
      }
      removeUpTo(folder, last);
      return { release: () => truncateSync(lockFile(number)) };
    }
  } finally {
    rmSync(draft);
  }
}

/** Creates the file atomically: a hard link appears with its content and never replaces. false: the file exists. */
function linkIfAbsent(draft: string, file: string): boolean {
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
}

function lockNumbers(folder: string): number[] {
  return readdirSync(folder).flatMap((name) => {
    const number = LOCK_FILE.exec(name)?.[1];
    return number === undefined ? [] : [Number(number)];
  });
}

function highestNumber(folder: string): number {
  return Math.max(0, ...lockNumbers(folder));
}

function removeUpTo(folder: string, last: number): void {
  for (const number of lockNumbers(folder)) {
    if (number <= last) rmSync(join(folder, `lock.${number}`), { force: true });
  }
}

/** null: the lock was released, was removed since it was listed, or is unreadable after a crash of the machine. */
function readHolder(file: string): ProcessIdentity | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

function inUse(folder: string, { pid }: ProcessIdentity): DomainError {
  const holder = pid === process.pid ? 'this very process' : `process ${pid}`;
  return new DomainError(
    'DATABASE_UNAVAILABLE',
    `The data folder ${folder} is in use by ${holder}. Stop that first, or set DATA_FOLDER to another folder, ` +
      `or DATABASE_URL to a PostgreSQL server, which several processes can share.`,
  );
}
