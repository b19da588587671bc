import { lockDataFolder } from '../../../src/database/data-folder-lock.js';

/** Locks the data folder it is given and keeps it; says whether it could. */
try {
  lockDataFolder(process.argv[2] ?? '');
  process.stdout.write('held\n');
  process.stdin.resume();
} catch (error) {
  process.stdout.write(`${error instanceof Error ? error.message : String(error)}\n`);
}
