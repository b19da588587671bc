import { once } from 'node:events';
import { lockDataFolder } from '../../../src/database/data-folder-lock.js';

/** At the first byte of its input, locks the data folder it is given and keeps it; says whether it could. */
process.stdout.write('ready\n');
await once(process.stdin, 'data');
try {
  lockDataFolder(process.argv[2] ?? '');
  process.stdout.write('held\n');
} catch (error) {
  process.stdout.write(`${error instanceof Error ? error.message : String(error)}\n`);
}
