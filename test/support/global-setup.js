import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const RUN_TYPESCRIPT = new URL('typescript-process.js', import.meta.url).href;
const LENDER = fileURLToPath(new URL('lender/main.ts', import.meta.url));

/** Gives this run a name of its own, for what its suites share and `global-teardown.js` removes; and its lender. */
export default async function globalSetup() {
  const folder = await mkdtemp(join(tmpdir(), 'telephony_test_'));
  process.env.TEST_RUN_FOLDER = folder;
  // Its input is ours: when this process is gone, however it went, the lender sees the end of it and goes too.
  const lender = spawn(process.execPath, ['--import', RUN_TYPESCRIPT, LENDER, folder], {
    stdio: ['pipe', 'pipe', 'inherit'],
    // Its sockets are in that folder and go with it.
    env: { ...process.env, TMPDIR: folder },
  });
  await Promise.race([once(lender.stdout, 'data'), once(lender, 'exit').then(refuse)]);
  globalThis.endLender = async () => {
    const gone = once(lender, 'exit');
    lender.stdin.end();
    await gone;
  };
}

function refuse() {
  throw new Error('The lender of databases has ended before it was ready');
}
