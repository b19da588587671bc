import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Gives this run a name of its own, for what its suites share and `global-teardown.js` removes. */
export default async function globalSetup() {
  process.env.TEST_RUN_FOLDER = await mkdtemp(join(tmpdir(), 'telephony_test_'));
}
