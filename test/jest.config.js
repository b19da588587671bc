import { CHROMIUM, NGINX, REDIS_SERVER } from './support/installed-programs.js';
import { swcOptions } from './support/swc-options.js';

/**
 * Jest in native ESM; TypeScript is compiled by swc. `*.pg.spec.ts` needs a real PostgreSQL: TEST_DATABASE_URL;
 * `*.nginx.spec.ts` needs nginx, `*.redis.spec.ts` redis-server, `*.page.spec.ts` Chromium.
 */
export default {
  rootDir: '..',
  testEnvironment: 'node',
  testMatch: ['<rootDir>/test/**/*.spec.ts'],
  testPathIgnorePatterns: [
    '/node_modules/',
    ...(process.env.TEST_DATABASE_URL ? [] : ['\\.pg\\.spec\\.ts$']),
    ...(NGINX === null ? ['\\.nginx\\.spec\\.ts$'] : []),
    ...(REDIS_SERVER === null ? ['\\.redis\\.spec\\.ts$'] : []),
    ...(CHROMIUM === null ? ['\\.page\\.spec\\.ts$'] : []),
  ],
  // Copies of this folder, while a run on mutants lasts.
  modulePathIgnorePatterns: ['<rootDir>/.mutants/'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': '$1',
    // Jest prints a warning for each JSON import of its ES modules.
    '^libphonenumber-js/max$': '<rootDir>/node_modules/libphonenumber-js/max/index.cjs',
    // Packages that ship as one file as well: of them, each suite of an application would load 950 (0.6 s of CPU).
    '^es-toolkit/compat$': '<rootDir>/node_modules/es-toolkit/dist/browser.global.js',
    '^class-validator$': '<rootDir>/node_modules/class-validator/bundles/class-validator.umd.js',
    '^rxjs(/operators)?$': '<rootDir>/node_modules/rxjs/dist/bundles/rxjs.umd.js',
    '^axios$': '<rootDir>/node_modules/axios/dist/node/axios.cjs',
  },
  transform: { '^.+\\.ts$': ['@swc/jest', swcOptions] },
  globalSetup: '<rootDir>/test/support/global-setup.js',
  globalTeardown: '<rootDir>/test/support/global-teardown.js',
  reporters: ['default', '<rootDir>/test/support/closing-reporter.js'],
  testTimeout: 120_000,
  // With --coverage: code in the suites' own process; code in processes that a suite starts is not counted.
  coverageProvider: 'v8',
  coverageDirectory: 'coverage',
  collectCoverageFrom: ['src/**/*.ts', 'migrations/**/*.ts'],
  coverageReporters: ['text-summary', 'json-summary', 'lcov'],
  maxWorkers: 2,
  // Native ESM modules are never unloaded, so a worker's memory grows with each suite. Starting a worker anew costs less
  // than collecting the garbage of a large heap: a run took 253 s of CPU with this limit, 276 with 1 GB, 304 with 3 GB.
  workerIdleMemoryLimit: '600MB',
};
