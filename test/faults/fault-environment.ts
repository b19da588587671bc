import { randomBytes } from 'node:crypto';
import { escapeIdentifier } from 'pg';
import { migrate } from '../../src/database/migrator.js';
import type { PostgresCluster } from '../support/postgres-cluster.js';
import { SERVICE, ServerProcess } from '../support/server-process.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import type { Options } from './command-line.js';
import { Load, type LoadOptions } from './load.js';
import { SECRETS } from './signature.js';

const TEMPLATE = 'telephony_template';

/** Limits that are tried by faults of their own, and elsewhere must not come in between. */
const OUT_OF_THE_WAY = '1000000';

/** What a server of the service is started with. */
export const SERVICE_ENV = {
  JWT_SECRET: randomBytes(32).toString('hex'),
  BRACKNET_WEBHOOK_SECRET: SECRETS.newest,
  BRACKNET_WEBHOOK_FAILURES_PER_MINUTE: OUT_OF_THE_WAY,
  BRACKNET_WEBHOOK_EVENTS_PER_SECOND: OUT_OF_THE_WAY,
};

/** A database of a group's own. */
export class StageDatabase {
  constructor(
    readonly cluster: PostgresCluster,
    readonly name: string,
  ) {}

  get url(): string {
    return this.cluster.urlOf(this.name);
  }

  async query<Row>(sql: string, parameters: unknown[] = []): Promise<Row[]> {
    return this.cluster.withClient(this.name, async (client) => {
      const { rows } = await client.query(sql, parameters);
      return rows as Row[];
    });
  }

  /** The one number that a statement gives. */
  async count(sql: string, parameters: unknown[] = []): Promise<number> {
    const [row] = await this.query<{ count: string }>(sql, parameters);
    return Number(row?.count);
  }

  receipts(): Promise<number> {
    return this.count('SELECT count(*) FROM telephony_webhook_receipts');
  }

  /**
   * Keeps everybody from writing to a table while `work` is done.
   *
   * @param work is given what ends that early, and the process id of the one who holds the table
   */
  async whileLocked<T>(
    table: string,
    work: (release: () => Promise<void>, holder: number) => Promise<T>,
  ): Promise<T> {
    return this.cluster.withClient(this.name, async (client) => {
      await client.query('BEGIN');
      await client.query(`LOCK TABLE ${escapeIdentifier(table)} IN ACCESS EXCLUSIVE MODE`);
      const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
      return work(async () => void (await client.query('ROLLBACK')), rows[0]?.pid ?? 0);
    });
  }

  /** Process ids of who waits for a lock, the one who waits longest first. */
  async waiting(): Promise<number[]> {
    const rows = await this.query<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity
        WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0
        ORDER BY query_start`,
    );
    return rows.map(({ pid }) => pid);
  }
}

/** What a group of faults is played on: its own databases, servers and ways between them, gone when it is over. */
export class Stage {
  private readonly servers: ServerProcess[] = [];
  private readonly proxies: TcpProxy[] = [];
  private readonly loads: Load[] = [];
  private readonly over = new AbortController();

  constructor(
    readonly cluster: PostgresCluster,
    readonly options: Options,
    /** Given, the run stops where it is. */
    readonly signal: AbortSignal,
  ) {}

  /** With the service's schema and not one row. */
  async database(name: string): Promise<StageDatabase> {
    this.signal.throwIfAborted();
    await this.cluster.withClient('postgres', async (client) => {
      const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [TEMPLATE]);
      if (rowCount === 0) {
        await client.query(`CREATE DATABASE ${TEMPLATE}`);
        const url = this.cluster.urlOf(TEMPLATE);
        const settings = { url, poolSize: 1, statementTimeoutMs: 0, legacyTimeZone: 'Asia/Dhaka' };
        await migrate(settings, () => undefined);
      }
      await client.query(`CREATE DATABASE ${escapeIdentifier(name)} TEMPLATE ${TEMPLATE}`);
    });
    return new StageDatabase(this.cluster, name);
  }

  /** A way to the database that can be counted on and cut. @returns it and the database's URL by it */
  async proxyTo(database: StageDatabase): Promise<{ proxy: TcpProxy; url: string }> {
    const proxy = await TcpProxy.to(this.cluster.port);
    this.proxies.push(proxy);
    const url = new URL(database.url);
    url.port = String(proxy.port);
    return { proxy, url: url.href };
  }

  /** The service, ready to be asked. */
  async server(databaseUrl: string, env: NodeJS.ProcessEnv = {}): Promise<ServerProcess> {
    this.signal.throwIfAborted();
    const server = await ServerProcess.start('service', {
      program: SERVICE,
      signal: this.over.signal,
      env: { ...SERVICE_ENV, DATABASE_URL: databaseUrl, ...env },
    });
    this.servers.push(server);
    return server;
  }

  /** Begins a load, which ends with the fault at the latest. */
  load(options: LoadOptions): Load {
    const load = new Load(options);
    this.loads.push(load);
    return load;
  }

  async endLoads(): Promise<void> {
    await Promise.all(this.loads.map((load) => load.abandon()));
  }

  /** What its servers complained of first. */
  get complaints(): string[] {
    return this.servers.flatMap((server) => server.complaints);
  }

  async clear(): Promise<void> {
    // Whoever is still starting one gets it no more.
    this.over.abort();
    await Promise.all(this.servers.map((server) => server.stop()));
    await this.endLoads();
    await Promise.all(this.proxies.map((proxy) => proxy.close()));
  }
}
