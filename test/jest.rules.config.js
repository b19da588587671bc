import { fileURLToPath } from 'node:url';
import config from './jest.config.js';

const { globalSetup: _setup, globalTeardown: _teardown, ...own } = config;

/** The unit tests of the rules of a call alone, for the run on each mutant: without a database. */
export default {
  ...own,
  testMatch: ['<rootDir>/test/support/rules-of-a-call.ts'],
  testEnvironment: fileURLToPath(new URL('support/first-failure-environment.cjs', import.meta.url)),
  setupFiles: ['<rootDir>/test/support/fixed-properties.js'],
};
