import { TypeOverrides, types, type ClientBase } from 'pg';
import type { DataSourceOptions } from 'typeorm';
import { migrations } from '../../migrations/index.js';
import { CallTask } from '../modules/crm/call-tasks/call-task.entity.js';
import { Customer } from '../modules/crm/customers/customer.entity.js';
import { Call } from '../modules/telephony/calls/call.entity.js';
import { StartKey } from '../modules/telephony/calls/start/start-key.entity.js';
import { WebhookReceipt } from '../modules/telephony/webhooks/inbox/receipts/webhook-receipt.entity.js';
import { QueryLogger } from './query-logger.js';

export interface DatabaseSettings {
  /** `postgres://…`, as `pg` reads it. */
  readonly url: string;
  /** Most connections to keep; 1 for the embedded server, which serves one at a time. */
  readonly poolSize: number;
  /** Longest time one statement may run, in milliseconds; 0: for ever. */
  readonly statementTimeoutMs: number;
  /** IANA zone in which the former code wrote `telephony_calls`; migrations read it as `telephony.legacy_time_zone`. */
  readonly legacyTimeZone: string;
  /** For serving: see {@link SERVING}. Migrations read whole tables, and take their time. */
  readonly serves?: boolean;
}

/** The one definition of the database for TypeORM: the service, its migrations and its tests all use it. */
export function dataSourceOptions(settings: DatabaseSettings): DataSourceOptions {
  return {
    type: 'postgres',
    url: settings.url,
    applicationName: 'trustcart-telephony',
    entities: [Call, StartKey, WebhookReceipt, CallTask, Customer],
    migrations,
    migrationsTableName: 'telephony_migrations',
    // 'all' would forbid a back-fill to commit batch by batch.
    migrationsTransactionMode: 'each',
    synchronize: false,
    installExtensions: false,
    logger: new QueryLogger(),
    poolSize: settings.poolSize,
    // Also bounds the wait for a free connection, so that code waiting for a connection it holds itself fails.
    connectTimeoutMS: 10_000,
    extra: {
      types: zonelessTimesAsText(),
      idleTimeoutMillis: 60_000,
      keepAlive: true,
      // Statements that do not depend on each other travel together, see SqlSession.
      pipeline: true,
      ...(settings.serves === true && { query_timeout: longestWaitOf(settings) }),
      onConnect: (client: ClientBase) => setUpSession(client, settings),
    },
  };
}

/** The CRM's `timestamp` and `date` columns hold wall-clock text: a Date would shift them by this process's zone. */
function zonelessTimesAsText(): TypeOverrides {
  const overrides = new TypeOverrides();
  overrides.setTypeParser(types.builtins.TIMESTAMP, (text) => text);
  overrides.setTypeParser(types.builtins.DATE, (text) => text);
  return overrides;
}

/**
 * Plans are kept as long as the connection. One that was made while a table was small, and reads it whole, would read it
 * whole when it has grown; every look-up of the service has its index, and compiling a statement of a
 * millisecond takes a hundred. And should this process be cut off in the middle
 * of a transaction, its locks are not to outlive it for long.
 */
const SERVING = `
  SELECT set_config('enable_seqscan', 'off', false),
         set_config('enable_hashjoin', 'off', false),
         set_config('enable_mergejoin', 'off', false),
         set_config('plan_cache_mode', 'force_generic_plan', false),
         set_config('jit', 'off', false),
         set_config('idle_in_transaction_session_timeout', $1, false)`;

/** Beyond the time a statement may run the line is taken for dead: no answer comes over one. */
const GRACE_MS = 2_000;

/** As statements, because the embedded PostgreSQL ignores the settings of a start-up packet. */
async function setUpSession(client: ClientBase, settings: DatabaseSettings): Promise<void> {
  await client.query(
    `SELECT set_config('TimeZone', 'UTC', false),
            set_config('statement_timeout', $1, false),
            set_config('telephony.legacy_time_zone', $2, false)`,
    [String(settings.statementTimeoutMs), settings.legacyTimeZone],
  );
  if (settings.serves === true) await client.query(SERVING, [String(longestWaitOf(settings))]);
}

/** In milliseconds; 0: for ever. */
function longestWaitOf({ statementTimeoutMs }: DatabaseSettings): number {
  return statementTimeoutMs === 0 ? 0 : statementTimeoutMs + GRACE_MS;
}
