import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Says which suites a full run left out because it had no PostgreSQL to run them on. */
export default class NotRunReporter {
  constructor({ rootDir, testPathPatterns }) {
    this.testFolder = join(rootDir, 'test');
    this.isFullRun = !testPathPatterns.isSet();
  }

  onRunComplete() {
    if (process.env.TEST_DATABASE_URL || !this.isFullRun) return;
    const suites = readdirSync(this.testFolder, { recursive: true }).filter((name) =>
      name.endsWith('.pg.spec.ts'),
    );
    if (suites.length > 0) {
      process.stderr.write(`Not run (needs TEST_DATABASE_URL): ${suites.join(', ')}\n`);
    }
  }
}
