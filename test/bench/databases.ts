import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, escapeIdentifier } from 'pg';
import { databaseAddressOf } from '../../src/database/connect.js';
import { migrate } from '../../src/database/migrator.js';
import { LEGACY_SCHEMA } from '../support/legacy-schema.js';
import { callStatements, customerStatements } from './seed.js';
import { orderStatements } from './seed-orders.js';
import { formerCalls } from './seed-former-calls.js';
import { type CallHistory, historyStatements } from './seed-calls.js';

export interface ServerFacts {
  readonly version: string;
  /** Settings that determine the write speed. */
  readonly settings: Readonly<Record<string, string>>;
}

/** Row counts of the tables that the servers write to. */
export interface RowCounts {
  readonly receipts: number;
  readonly calls: number;
  readonly tasks: number;
}

export interface LogActivity {
  /** Number of fsyncs of the write-ahead log, by all databases of the server. */
  readonly syncs: number;
  /** Commits in databases of others. */
  readonly foreignCommits: number;
}

/** PostgreSQL's WAL writer reports statistics at most once a second. */
const STATISTICS_DELAY_MS = 1_500;

/** Creates the databases of a run on the server of TEST_DATABASE_URL, and drops them at the end. */
export class BenchDatabases {
  private readonly prefix = `trustcart_bench_${randomUUID().slice(0, 8)}`;
  private readonly names: string[] = [];

  constructor(private readonly serverUrl: string) {}

  async facts(): Promise<ServerFacts> {
    return withClient(this.serverUrl, async (client) => {
      const { rows } = await client.query<{ name: string; setting: string }>(
        `SELECT name, current_setting(name) AS setting FROM pg_settings WHERE name = ANY ($1) ORDER BY name`,
        [['server_version', 'shared_buffers', 'max_wal_size', 'fsync', 'synchronous_commit']],
      );
      const { server_version: version = '', ...settings } = Object.fromEntries(
        rows.map(({ name, setting }) => [name, setting]),
      );
      return { version, settings };
    });
  }

  /** Creates a database with the service's schema and customers but no calls. @returns its URL */
  async createEmpty(): Promise<string> {
    const url = await this.create('');
    await migrate({ url, poolSize: 1, statementTimeoutMs: 0, legacyTimeZone: 'Asia/Dhaka' }, () => undefined);
    await this.addCustomers(url);
    return url;
  }

  /** Creates a database without tables: the service migrates it when it starts. @returns its URL */
  createBlank(): Promise<string> {
    return this.create('');
  }

  /** Adds the customers to a migrated database. */
  async addCustomers(url: string): Promise<void> {
    await withClient(url, async (client) => {
      for (const statement of customerStatements()) await client.query(statement);
    });
  }

  /** Creates the CRM's database before the adoption: its schema, customers, and this many rows of calls. */
  async createLegacy(rows: number, signal: AbortSignal): Promise<string> {
    const url = await this.create('');
    await withClient(url, async (client) => {
      for (const statement of [...LEGACY_SCHEMA, ...customerStatements(), formerCalls(rows)]) {
        signal.throwIfAborted();
        await client.query(statement);
      }
    });
    return url;
  }

  /** Creates the CRM's database after the adoption: this many customers and twice as many orders. */
  async createWithOrders(customers: number, signal: AbortSignal): Promise<string> {
    const url = await this.create('');
    await migrate({ url, poolSize: 1, statementTimeoutMs: 0, legacyTimeZone: 'Asia/Dhaka' }, () => undefined);
    await withClient(url, async (client) => {
      for (const statement of orderStatements(customers)) {
        signal.throwIfAborted();
        await client.query(statement);
      }
    });
    return url;
  }

  /** Adds years of calls, and whether agents were there, to a migrated database. @throws when `signal` aborts */
  seedHistory(url: string, history: CallHistory, signal: AbortSignal): Promise<void> {
    return withClient(url, (client) => runAll(client, historyStatements(history), signal));
  }

  /** When the newest calls began, so many of them, as ISO 8601. */
  async startOfNewest(url: string, calls: number): Promise<string> {
    return withClient(url, async (client) => {
      const { rows } = await client.query<{ at: Date }>(
        `SELECT min(started_at) AS at
           FROM (SELECT started_at FROM telephony_calls ORDER BY started_at DESC LIMIT $1) AS newest`,
        [calls - 1],
      );
      return (rows[0]?.at ?? new Date(0)).toISOString();
    });
  }

  /** How many days of calls have no figures yet; null: the service has not looked yet. */
  async daysToBuild(url: string): Promise<number | null> {
    return withClient(url, async (client) => {
      const { rows } = await client.query<{ days: number | null }>(
        `SELECT CASE WHEN closed_through IS NOT NULL THEN (SELECT count(*) FROM telephony_figure_marks) END::integer AS days
           FROM telephony_figure_state`,
      );
      return rows[0]?.days ?? null;
    });
  }

  /** Has the service build the figures of all days anew, or lets it be. */
  async setBuilding(url: string, isOn: boolean): Promise<void> {
    await withClient(url, (client) =>
      client.query(
        isOn
          ? `INSERT INTO telephony_figure_marks (day) SELECT DISTINCT day FROM telephony_figures`
          : 'DELETE FROM telephony_figure_marks',
      ),
    );
  }

  /** @param original must have no open connections */
  async copy(original: string): Promise<string> {
    return this.create(`TEMPLATE ${escapeIdentifier(nameOf(original))}`);
  }

  /** Inserts a year of calls. @throws when `signal` aborts */
  async seed(url: string, rows: number, signal: AbortSignal): Promise<void> {
    await withClient(url, (client) => runAll(client, callStatements(rows), signal));
  }

  async empty(url: string): Promise<void> {
    await withClient(url, (client) =>
      client.query('TRUNCATE telephony_calls, telephony_webhook_receipts, crm_call_tasks'),
    );
  }

  async count(url: string): Promise<RowCounts> {
    return withClient(url, async (client) => {
      const { rows } = await client.query<RowCounts>(
        `SELECT (SELECT count(*) FROM telephony_webhook_receipts)::integer AS receipts,
                (SELECT count(*) FROM telephony_calls)::integer AS calls,
                (SELECT count(*) FROM crm_call_tasks)::integer AS tasks`,
      );
      return rows[0] ?? { receipts: NaN, calls: NaN, tasks: NaN };
    });
  }

  /**
   * Cumulative WAL statistics of the server. Waits until all connections to the databases of this run are closed, because
   * backends report their statistics at the latest when they end.
   */
  async logActivity(): Promise<LogActivity> {
    return withClient(this.serverUrl, async (client) => {
      const connected = `SELECT FROM pg_stat_activity WHERE starts_with(datname, $1)`;
      while ((await client.query(connected, [`${this.prefix}_`])).rowCount !== 0) await delay(50);
      await delay(STATISTICS_DELAY_MS);
      const { rows } = await client.query<{ version: number; foreign: number }>(
        `SELECT current_setting('server_version_num')::integer AS version, sum(xact_commit)::float8 AS foreign
           FROM pg_stat_database
          WHERE NOT starts_with(datname, $1)`,
        [`${this.prefix}_`],
      );
      const { version = 0, foreign = NaN } = rows[0] ?? {};
      const syncs = await client.query<{ syncs: number }>(
        version < 180_000
          ? 'SELECT wal_sync::float8 AS syncs FROM pg_stat_wal'
          : `SELECT sum(fsyncs)::float8 AS syncs FROM pg_stat_io WHERE object = 'wal'`,
      );
      return { syncs: syncs.rows[0]?.syncs ?? NaN, foreignCommits: foreign };
    });
  }

  async dropAll(): Promise<void> {
    if (this.names.length === 0) return;
    await withClient(this.serverUrl, async (client) => {
      for (const name of this.names) {
        await client.query(`DROP DATABASE IF EXISTS ${escapeIdentifier(name)} WITH (FORCE)`);
      }
    });
  }

  private async create(clause: string): Promise<string> {
    const name = `${this.prefix}_${this.names.length + 1}`;
    this.names.push(name);
    await withClient(this.serverUrl, (client) =>
      client.query(`CREATE DATABASE ${escapeIdentifier(name)} ${clause}`),
    );
    const url = new URL(this.serverUrl);
    url.pathname = `/${name}`;
    return url.href;
  }
}

async function runAll(client: Client, statements: readonly string[], signal: AbortSignal): Promise<void> {
  const disconnect = (): void => void client.end();
  signal.addEventListener('abort', disconnect, { once: true });
  for (const statement of statements) {
    signal.throwIfAborted();
    await client.query(statement);
  }
  signal.removeEventListener('abort', disconnect);
}

function nameOf(url: string): string {
  return new URL(url).pathname.slice(1);
}

async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  // A lost connection also fails the pending query.
  client.on('error', () => undefined);
  await client.connect().catch((error: unknown) => {
    // The AggregateError of a host name whose addresses all refuse has no message.
    const why = error instanceof Error && error.message ? error.message : 'no answer';
    throw new Error(
      `PostgreSQL at ${databaseAddressOf(url)} cannot be used (${why}). Check TEST_DATABASE_URL.`,
      {
        cause: error,
      },
    );
  });
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
