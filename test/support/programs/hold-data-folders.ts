import { createInterface } from 'node:readline';
import { lockDataFolder } from '../../../src/database/embedded/data-folder-lock.js';

/** Locks each data folder it is told, one a line, and keeps it; says whether it could. */
process.stdout.write('ready\n');
for await (const folder of createInterface(process.stdin)) {
  try {
    lockDataFolder(folder);
    process.stdout.write('held\n');
  } catch (error) {
    process.stdout.write(`${error instanceof Error ? error.message : String(error)}\n`);
  }
}
