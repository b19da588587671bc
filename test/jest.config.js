import { swcOptions } from './support/swc-options.js';

/** Jest in native ESM; TypeScript is compiled by swc. `*.pg.spec.ts` needs a real PostgreSQL: TEST_DATABASE_URL. */
export default {
  rootDir: '..',
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.spec.ts'],
  testPathIgnorePatterns: [
    '/node_modules/',
    ...(process.env.TEST_DATABASE_URL ? [] : ['\\.pg\\.spec\\.ts$']),
  ],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': '$1',
    // Its ES modules import JSON in a way that Jest warns of at every import.
    '^libphonenumber-js/max$': '<rootDir>/node_modules/libphonenumber-js/max/index.cjs',
  },
  transform: { '^.+\\.ts$': ['@swc/jest', swcOptions] },
  globalSetup: '<rootDir>/test/support/global-setup.js',
  globalTeardown: '<rootDir>/test/support/global-teardown.js',
  reporters: ['default', '<rootDir>/test/support/closing-reporter.js'],
  testTimeout: 120_000,
  // With --coverage: what the suites' own process runs; what a suite starts in another process is not counted.
  coverageProvider: 'v8',
  coverageDirectory: 'coverage',
  collectCoverageFrom: ['src/**/*.ts', 'migrations/**/*.ts'],
  coverageReporters: ['text-summary', 'json-summary', 'lcov'],
  maxWorkers: 2,
  // Modules of native ESM are never unloaded.
  workerIdleMemoryLimit: '1GB',
};
