import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { escapeIdentifier } from 'pg';
import { migrate } from '../../src/database/migrator.js';
import type { PostgresCluster } from '../support/postgres-cluster.js';
import { RedisServer } from '../support/redis-server.js';
import { SERVICE, ServerProcess } from '../support/server-process.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import type { Options } from './command-line.js';
import { Load, type LoadOptions } from './load.js';
import { SECRETS } from './signature.js';

const TEMPLATE = 'telephony_template';

/** Disables rate limits, which only the group `limits` tests. */
const UNLIMITED = '1000000';

/** Default environment of the service. */
export const SERVICE_ENV = {
  JWT_SECRET: randomBytes(32).toString('hex'),
  BRACKNET_WEBHOOK_SECRET: SECRETS.newest,
  BRACKNET_WEBHOOK_FAILURES_PER_MINUTE: UNLIMITED,
  BRACKNET_WEBHOOK_EVENTS_PER_SECOND: UNLIMITED,
  HTTP_CONNECTIONS_PER_ADDRESS: '1000',
};

/** A database of one group. */
export class FaultDatabase {
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

  /** The column `count` of the first row, as a number. */
  async count(sql: string, parameters: unknown[] = []): Promise<number> {
    const [row] = await this.query<{ count: string }>(sql, parameters);
    return Number(row?.count);
  }

  receipts(): Promise<number> {
    return this.count('SELECT count(*) FROM telephony_webhook_receipts');
  }

  /**
   * Locks a table against readers and writers while `work` runs.
   *
   * @param work receives a function that releases the lock early
   */
  async whileLocked<T>(table: string, work: (release: () => Promise<void>) => Promise<T>): Promise<T> {
    return this.cluster.withClient(this.name, async (client) => {
      await client.query('BEGIN');
      await client.query(`LOCK TABLE ${escapeIdentifier(table)} IN ACCESS EXCLUSIVE MODE`);
      return work(async () => void (await client.query('ROLLBACK')));
    });
  }

  /** Process ids of backends that wait for a lock, the longest wait first. */
  async waiting(part = ''): Promise<number[]> {
    const rows = await this.query<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity
        WHERE datname = current_database() AND cardinality(pg_blocking_pids(pid)) > 0 AND strpos(query, $1) > 0
        ORDER BY query_start`,
      [part],
    );
    return rows.map(({ pid }) => pid);
  }
}

/** Databases, servers, proxies and loads of a group of faults. `clear` removes all of them. */
export class FaultEnvironment {
  private readonly servers: ServerProcess[] = [];
  private readonly proxies: TcpProxy[] = [];
  private readonly redises: RedisServer[] = [];
  private readonly loads: Load[] = [];
  private readonly cleared = new AbortController();

  constructor(
    readonly cluster: PostgresCluster,
    readonly options: Options,
    /** Aborts the run. */
    readonly signal: AbortSignal,
  ) {
    // Each server listens, and a fault may start many.
    setMaxListeners(0, this.cleared.signal);
  }

  /** Creates a database with the service's schema and no rows. */
  async database(name: string): Promise<FaultDatabase> {
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
    return new FaultDatabase(this.cluster, name);
  }

  /** A TCP proxy that counts bytes and can be cut. @returns the proxy, and the URL of the database through it */
  async proxyTo(database: FaultDatabase): Promise<{ proxy: TcpProxy; url: string }> {
    const proxy = await this.proxyToPort(this.cluster.port);
    const url = new URL(database.url);
    url.port = String(proxy.port);
    return { proxy, url: url.href };
  }

  async proxyToPort(port: number): Promise<TcpProxy> {
    const proxy = await TcpProxy.to(port);
    this.proxies.push(proxy);
    return proxy;
  }

  /** A Redis that tests may stop; it is removed with the environment. */
  async redis(): Promise<RedisServer> {
    this.signal.throwIfAborted();
    const redis = await RedisServer.create();
    this.redises.push(redis);
    return redis;
  }

  /** Starts the service and waits until it is ready. */
  async server(databaseUrl: string, env: NodeJS.ProcessEnv = {}): Promise<ServerProcess> {
    this.signal.throwIfAborted();
    const server = await ServerProcess.start('service', {
      program: SERVICE,
      signal: this.cleared.signal,
      env: { ...SERVICE_ENV, DATABASE_URL: databaseUrl, ...env },
    });
    this.servers.push(server);
    return server;
  }

  /** Starts a load, which is stopped at the end of the fault at the latest. */
  load(options: LoadOptions): Load {
    const load = new Load(options);
    this.loads.push(load);
    return load;
  }

  async endLoads(): Promise<void> {
    await Promise.all(this.loads.map((load) => load.abandon()));
  }

  /** The first error log lines of the servers. */
  get complaints(): string[] {
    return this.servers.flatMap((server) => server.complaints);
  }

  async clear(): Promise<void> {
    // Also aborts servers that are still starting.
    this.cleared.abort();
    await Promise.all(this.servers.map((server) => server.stop()));
    await this.endLoads();
    await Promise.all(this.proxies.map((proxy) => proxy.close()));
    await Promise.all(this.redises.map((redis) => redis.stop()));
  }
}
