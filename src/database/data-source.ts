import { TypeOverrides, types, type ClientBase } from 'pg';
import type { DataSourceOptions } from 'typeorm';
import { migrations } from '../../migrations/index.js';
import { ExtensionMember } from '../modules/agents/extensions/extension-member.entity.js';
import { Extension } from '../modules/agents/extensions/extension.entity.js';
import { ExtensionPeriod } from '../modules/agents/extensions/timeline/extension-period.entity.js';
import { AgentPresence } from '../modules/agents/presence/agent-presence.entity.js';
import { AuditEntry } from '../modules/audit/audit-entry.entity.js';
import { CallTask } from '../modules/crm/call-tasks/call-task.entity.js';
import { CallerChoice } from '../modules/crm/customers/caller-choice.entity.js';
import { Customer } from '../modules/crm/customers/customer.entity.js';
import { RecordingListen } from '../modules/recordings/recording-listen.entity.js';
import { Recording } from '../modules/recordings/recording.entity.js';
import { FigureState } from '../modules/reports/rollup/figure-state.entity.js';
import { Figures } from '../modules/reports/rollup/figures.schema.js';
import { RevokedUser } from '../modules/revocations/revoked-user.entity.js';
import { Call } from '../modules/telephony/calls/call.entity.js';
import { FigureMark } from '../modules/telephony/calls/marks/figure-mark.entity.js';
import { CallNote } from '../modules/telephony/calls/notes/call-note.entity.js';
import { StartKey } from '../modules/telephony/calls/start/start-key.entity.js';
import { WebhookReceipt } from '../modules/telephony/webhooks/inbox/receipts/webhook-receipt.entity.js';
import { markingDriver } from './marking-pool.js';
import { QueryLogger } from './query-logger.js';

/** Settings of PostgreSQL by their names. */
export type SessionSettings = Readonly<Record<string, string>>;

export interface DatabaseSettings {
  /** `postgres://…`, as `pg` reads it. */
  readonly url: string;
  /** Maximum number of connections; 1 for the embedded server, which serves one at a time. */
  readonly poolSize: number;
  /** Longest time one statement may run, in milliseconds; 0: no limit. */
  readonly statementTimeoutMs: number;
  /** IANA zone in which the former code wrote `telephony_calls`; migrations read it as `telephony.legacy_time_zone`. */
  readonly legacyTimeZone: string;
  /** Applies {@link SERVICE_SESSION}. Not for migrations, which scan whole tables and run long. */
  readonly isService?: boolean;
  /** Further settings of each session, after those of the service. */
  readonly session?: SessionSettings;
}

/** TypeORM's options, shared by the service, the migrations and the tests. */
export function dataSourceOptions(settings: DatabaseSettings): DataSourceOptions {
  return {
    type: 'postgres',
    driver: markingDriver,
    url: settings.url,
    applicationName: 'trustcart-telephony',
    entities: [
      Call,
      StartKey,
      WebhookReceipt,
      CallTask,
      Customer,
      CallerChoice,
      CallNote,
      AuditEntry,
      RevokedUser,
      Extension,
      ExtensionMember,
      ExtensionPeriod,
      AgentPresence,
      Recording,
      RecordingListen,
      FigureMark,
      Figures,
      FigureState,
    ],
    migrations,
    migrationsTableName: 'telephony_migrations',
    // 'all' would not allow a back-fill that commits batch by batch.
    migrationsTransactionMode: 'each',
    synchronize: false,
    installExtensions: false,
    logger: new QueryLogger(),
    poolSize: settings.poolSize,
    // Also limits the wait for a free connection, so that code that needs a second connection fails instead of hanging.
    connectTimeoutMS: 10_000,
    extra: {
      types: zonelessTimesAsText(),
      idleTimeoutMillis: 60_000,
      keepAlive: true,
      // Statements started without awaiting each other share a round trip, see `pipelined`.
      pipeline: true,
      ...((settings.isService === true || settings.session !== undefined) && {
        query_timeout: queryTimeoutOf(settings),
      }),
      onConnect: (client: ClientBase) => setUpSession(client, settings),
    },
  };
}

/** The CRM's `timestamp` and `date` columns hold local times: a Date would shift them by the time zone of this process. */
function zonelessTimesAsText(): TypeOverrides {
  const overrides = new TypeOverrides();
  overrides.setTypeParser(types.builtins.TIMESTAMP, (text) => text);
  overrides.setTypeParser(types.builtins.DATE, (text) => text);
  return overrides;
}

/**
 * Session settings of the service. Plans of prepared statements are kept as long as the connection, so a sequential scan
 * that was planned on a small table would stay when the table has grown; every query of the service has an index. JIT
 * takes about 100 ms for statements that run 1 ms, and parallel workers about 10 ms to start: generic plans overestimate
 * the rows of large tables. The idle timeout releases the locks of a transaction soon when this process loses its
 * connection in the middle of it.
 */
const SERVICE_SESSION: SessionSettings = {
  enable_seqscan: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
  plan_cache_mode: 'force_generic_plan',
  jit: 'off',
  max_parallel_workers_per_gather: '0',
};

/** Without an answer so long after the statement timeout, the connection is treated as lost. */
const QUERY_TIMEOUT_MARGIN_MS = 2_000;

/** Sends statements, because the embedded PostgreSQL ignores the options of the startup packet. */
async function setUpSession(client: ClientBase, settings: DatabaseSettings): Promise<void> {
  await client.query(
    `SELECT set_config('TimeZone', 'UTC', false),
            set_config('statement_timeout', $1, false),
            set_config('telephony.legacy_time_zone', $2, false)`,
    [String(settings.statementTimeoutMs), settings.legacyTimeZone],
  );
  const session = {
    ...(settings.isService === true && {
      ...SERVICE_SESSION,
      idle_in_transaction_session_timeout: String(queryTimeoutOf(settings)),
    }),
    ...settings.session,
  };
  await client.query(
    'SELECT set_config(name, value, false) FROM unnest($1::text[], $2::text[]) AS setting (name, value)',
    [Object.keys(session), Object.values(session)],
  );
}

/** In milliseconds; 0: no limit. */
function queryTimeoutOf({ statementTimeoutMs }: DatabaseSettings): number {
  return statementTimeoutMs === 0 ? 0 : statementTimeoutMs + QUERY_TIMEOUT_MARGIN_MS;
}
