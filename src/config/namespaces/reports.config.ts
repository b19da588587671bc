import { namespace } from '../namespace.js';

export const reportsConfig = namespace('reports', (environment) => ({
  /** null: reports are read from the database that serves. */
  url: environment.REPORTS_DATABASE_URL ?? null,
  poolSize: environment.REPORTS_POOL_SIZE,
  /** null: calls are never removed by age. */
  callRetentionDays: environment.CALL_RETENTION_DAYS ?? null,
}));
