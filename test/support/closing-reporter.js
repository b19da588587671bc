import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Prints at the end of a run the counts in one line, and the suites that were skipped without a PostgreSQL. */
export default class ClosingReporter {
  constructor({ rootDir, testPathPatterns }) {
    this.testFolder = join(rootDir, 'test');
    this.isFullRun = !testPathPatterns.isSet();
  }

  onRunComplete(_contexts, { numPassedTests, numFailedTests, numPendingTests }) {
    const skipped = numPendingTests > 0 ? `, ${numPendingTests} skipped` : '';
    process.stderr.write(`${numPassedTests} passed, ${numFailedTests} failed${skipped}\n`);
    if (process.env.TEST_DATABASE_URL || !this.isFullRun) return;
    const suites = readdirSync(this.testFolder, { recursive: true }).filter((name) =>
      name.endsWith('.pg.spec.ts'),
    );
    if (suites.length > 0) {
      process.stderr.write(`Not run (needs TEST_DATABASE_URL): ${suites.join(', ')}\n`);
    }
  }
}
