import { namespace } from '../namespace.js';

export const databaseConfig = namespace('database', (environment) => ({
  /** null: embedded PostgreSQL in the data folder. */
  url: environment.DATABASE_URL ?? null,
  poolSize: environment.DATABASE_POOL_SIZE,
  /** Longest time one statement may run, in milliseconds. */
  statementTimeoutMs: environment.DATABASE_STATEMENT_TIMEOUT_MS,
}));
