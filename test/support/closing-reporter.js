import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { CHROMIUM, NGINX, REDIS_SERVER } from './installed-programs.js';

/** Suites that need what is not everywhere, and what it is. */
const CONDITIONS = [
  { ending: '.pg.spec.ts', needs: 'TEST_DATABASE_URL', isMet: Boolean(process.env.TEST_DATABASE_URL) },
  { ending: '.nginx.spec.ts', needs: 'nginx', isMet: NGINX !== null },
  { ending: '.redis.spec.ts', needs: 'redis-server', isMet: REDIS_SERVER !== null },
  { ending: '.page.spec.ts', needs: 'Chromium', isMet: CHROMIUM !== null },
];

/** Prints at the end of a run the counts in one line, and the suites that were skipped for want of a program. */
export default class ClosingReporter {
  constructor({ rootDir, testPathPatterns }) {
    this.testFolder = join(rootDir, 'test');
    this.isFullRun = !testPathPatterns.isSet();
  }

  onRunComplete(_contexts, { numPassedTests, numFailedTests, numPendingTests }) {
    const skipped = numPendingTests > 0 ? `, ${numPendingTests} skipped` : '';
    process.stderr.write(`${numPassedTests} passed, ${numFailedTests} failed${skipped}\n`);
    if (!this.isFullRun) return;
    const files = readdirSync(this.testFolder, { recursive: true });
    for (const { ending, needs, isMet } of CONDITIONS) {
      const suites = isMet ? [] : files.filter((name) => name.endsWith(ending));
      if (suites.length > 0) process.stderr.write(`Not run (needs ${needs}): ${suites.join(', ')}\n`);
    }
  }
}
