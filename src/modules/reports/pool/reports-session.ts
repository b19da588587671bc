import type { SessionSettings } from '../../../database/data-source.js';

/** Longest time one statement of a report may run, in milliseconds. */
export const REPORT_TIMEOUT_MS = 5_000;

/** JIT takes longer to compile than these statements run; sums by many keys are made in memory. */
const PLANNER: SessionSettings = { jit: 'off', work_mem: '64MB' };

/**
 * For one transaction on a connection of the service that reads many rows: the planner chooses as PostgreSQL usually lets
 * it, for the values at hand. It takes back what decision 23 sets there.
 */
export const USUAL_PLANS: SessionSettings = {
  ...PLANNER,
  enable_seqscan: 'on',
  enable_hashjoin: 'on',
  enable_mergejoin: 'on',
  plan_cache_mode: 'auto',
};

/** For one report on a connection of the service. */
export const REPORT_TRANSACTION: SessionSettings = {
  ...USUAL_PLANS,
  statement_timeout: String(REPORT_TIMEOUT_MS),
};

/** For a connection that serves reports alone. */
export const REPORT_SESSION: SessionSettings = {
  ...PLANNER,
  application_name: 'trustcart-telephony-reports',
  default_transaction_read_only: 'on',
  statement_timeout: String(REPORT_TIMEOUT_MS),
  idle_in_transaction_session_timeout: String(REPORT_TIMEOUT_MS),
};
