import { createInterface } from 'node:readline';
import { lockDataFolder } from '../../../src/database/embedded/data-folder-lock.js';

/** Locks the data folders from its input, one per line, keeps the locks, and prints each result. */
process.stdout.write('ready\n');
for await (const folder of createInterface(process.stdin)) {
  try {
    lockDataFolder(folder);
    process.stdout.write('held\n');
  } catch (error) {
    process.stdout.write(`${error instanceof Error ? error.message : String(error)}\n`);
  }
}
