import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const RUN_TYPESCRIPT = new URL('typescript-process.js', import.meta.url).href;
const DATABASE_POOL = fileURLToPath(new URL('database-pool/server.ts', import.meta.url));

/** Creates the folder that the suites of this run share, which `global-teardown.js` removes, and starts the database pool. */
export default async function globalSetup() {
  const folder = await mkdtemp(join(tmpdir(), 'telephony_test_'));
  process.env.TEST_RUN_FOLDER = folder;
  // Its standard input closes when this process ends, for whatever reason; the pool then exits too.
  const pool = spawn(process.execPath, ['--import', RUN_TYPESCRIPT, DATABASE_POOL, folder], {
    stdio: ['pipe', 'pipe', 'inherit'],
    // Its sockets are created in that folder and removed with it.
    env: { ...process.env, TMPDIR: folder },
  });
  await Promise.race([once(pool.stdout, 'data'), once(pool, 'exit').then(rejectStart)]);
  globalThis.stopDatabasePool = async () => {
    const exited = once(pool, 'exit');
    pool.stdin.end();
    await exited;
  };
}

function rejectStart() {
  throw new Error('The database pool exited before it was ready');
}
