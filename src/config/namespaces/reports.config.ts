import { namespace } from '../namespace.js';

export const reportsConfig = namespace('reports', (environment) => ({
  /** null: reports are read from the database that serves. */
  url: environment.REPORTS_DATABASE_URL ?? null,
  poolSize: environment.REPORTS_POOL_SIZE,
  /** null: calls are never removed by age. */
  callRetentionDays: environment.CALL_RETENTION_DAYS ?? null,
  wallboard: {
    /** 0 to 1, of the calls offered today. */
    leastAnswered: environment.WALLBOARD_ANSWERED_PERCENT / 100,
    serviceLevelSeconds: environment.WALLBOARD_SERVICE_LEVEL_SECONDS,
    longestRingSeconds: environment.WALLBOARD_LONGEST_RING_SECONDS,
    leastFreeAgents: environment.WALLBOARD_FREE_AGENTS,
    mostCallsBack: environment.WALLBOARD_CALLS_BACK,
  },
}));
