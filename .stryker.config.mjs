/** Mutates the rules of a call and runs their unit tests: see docs/mutants.md. */
const domain = 'src/modules/telephony/calls/domain';

export default {
  mutate: [
    `${domain}/facts/{talk,end-reason,call-end,merge,projection,parties}.ts`,
    `${domain}/identity/*.ts`,
    `${domain}/correlation/*.ts`,
    `${domain}/sweep-rules.ts`,
    `${domain}/effects/call-effects.ts`,
  ],
  testRunner: 'jest',
  testRunnerNodeArgs: ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
  jest: { configFile: 'test/jest.rules.config.js', enableFindRelatedTests: false },
  coverageAnalysis: 'perTest',
  // Native ESM modules are never unloaded, so a runner's memory grows with each mutant.
  maxTestRunnerReuse: 100,
  concurrency: 2,
  timeoutMS: 5000,
  ignorePatterns: [
    '/docs',
    '/migrations',
    '/dist',
    '/coverage',
    '/.data',
    '/.ci',
    '/test/{e2e,faults,bench}',
  ],
  incrementalFile: '.mutants/incremental.json',
  tempDirName: '.mutants/sandbox',
  reporters: ['clear-text', 'html', 'json', 'progress'],
  clearTextReporter: { logTests: false, allowColor: false, reportTests: false },
  htmlReporter: { fileName: '.mutants/report.html' },
  jsonReporter: { fileName: '.mutants/report.json' },
  thresholds: { high: 95, low: 90, break: 85 },
};
