import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Options } from './command-line.js';
import type { BenchDatabases } from './databases.js';
import { type Load, LoadGenerator, type LoadParameters } from './load/load-generator.js';
import { checkRows } from './row-check.js';
import { cpuSecondsOf, MemorySampler } from './process-usage.js';
import { diskOf, eveningZone } from './seed-calls.js';
import { type BenchServer, type ServerName, type ServerSettings, startServer } from './server-process.js';

/** Time in which the JIT compiles a server and its connections open, in seconds; at most half of a measurement. */
const MAX_WARM_UP = 2;

/**
 * Distance of the call numbers of two rounds. It is more than the calls of a round, and shifts the customers by 10,007: the
 * service treats a second click of an agent on the same customer within ten seconds as a repeat of the first.
 */
const CALLS_BETWEEN_ROUNDS = 1_010_007;

/** Requests prepared before the measurement, relative to the number that the last run sent. */
const PREPARED_RATIO = 1.25;

/** Limits memory: a request takes a kilobyte. Further requests are created during the measurement. */
const MAX_PREPARED = 150_000;

/** The service stops within ten seconds after SIGTERM, and then writes its profile. */
const PROFILE_TIMEOUT_MS = 20_000;

const BUILD_POLL_MS = 500;

/** A server with its database. */
export interface Target {
  readonly server: BenchServer;
  readonly databaseUrl: string;
  /** The database is emptied before every measurement. */
  readonly isEmptied: boolean;
  /** Requests per second of the last run that was not paced. */
  lastRate: number;
}

/** A database with years of calls. */
export interface BusinessHistory {
  readonly url: string;
  readonly zone: string;
}

/** Result of a load, with the resources that the server used. */
export interface Measurement extends Load {
  /** Rows that were acknowledged but are missing. */
  readonly lost: number;
  /** CPU time of the server per request, in microseconds; NaN without /proc. */
  readonly serverCpuMicros: number;
  /** Samples of resident memory during the load in MiB, oldest first. */
  readonly memory: readonly number[];
}

export type Results<V extends string> = Readonly<Record<V, readonly Measurement[]>>;
export type RunParameters = Pick<LoadParameters, 'workload' | 'seconds' | 'connections'> & {
  readonly allowsRejection?: boolean;
  readonly requestsPerSecond?: number;
};

/** Databases, servers and the load generator for all parts. `close` removes all of them. */
export class BenchEnvironment {
  private readonly generator = new LoadGenerator();
  readonly secrets = {
    jwtSecret: randomBytes(32).toString('hex'),
    webhookSecret: `whsec_${randomBytes(32).toString('base64')}`,
  };
  private servers: BenchServer[] = [];
  private empty: string | null = null;
  private full: string | null = null;
  private history: BusinessHistory | null = null;
  /** Counts the rounds of all parts, including warm-ups. */
  private round = 0;
  /** Requests with an unexpected response, and missing or unexpected rows. */
  failed = 0;

  constructor(
    readonly databases: BenchDatabases,
    private readonly options: Options,
    readonly print: (line: string) => void,
    /** Aborts the run. */
    readonly signal: AbortSignal,
  ) {}

  /** A new database with customers but no calls. */
  async emptyDatabase(): Promise<string> {
    this.empty ??= await this.databases.createEmpty();
    return this.databases.copy(this.empty);
  }

  /** The same database for all callers. */
  async fullDatabase(): Promise<string> {
    if (this.full !== null) return this.full;
    const { rows } = this.options;
    this.print(`Writing ${rows.toLocaleString('en-US')} calls…`);
    const since = performance.now();
    const url = await this.emptyDatabase();
    await this.databases.seed(url, rows, this.signal);
    this.print(`… written in ${Math.round((performance.now() - since) / 1000)} s`);
    this.full = url;
    return url;
  }

  /** A database with two years of calls, the same for all callers. */
  async historyDatabase(): Promise<BusinessHistory> {
    if (this.history !== null) return this.history;
    const { calls: rows } = this.options;
    this.print(`Writing ${rows.toLocaleString('en-US')} calls of two years: ${diskOf(rows)} GB of disk…`);
    const since = performance.now();
    const url = await this.emptyDatabase();
    const zone = eveningZone(new Date());
    await this.databases.seedHistory(url, { rows, zone }, this.signal);
    this.print(`… written in ${Math.round((performance.now() - since) / 1000)} s`);
    this.history = { url, zone };
    return this.history;
  }

  /** Starts the service on that database, in the zone of its business. The first one builds the figures of all days. */
  async serveHistory(): Promise<Target> {
    const { url, zone } = await this.historyDatabase();
    const target = await this.serve('ours', url, { businessTimeZone: zone });
    const since = performance.now();
    while ((await this.databases.daysToBuild(url)) !== 0) {
      await delay(BUILD_POLL_MS, undefined, { signal: this.signal });
    }
    this.print(
      `Figures of all days built ${Math.round((performance.now() - since) / 1000)} s after the start`,
    );
    return target;
  }

  /** Starts a server. @param databaseUrl without it: a new empty database */
  async serve(
    name: ServerName,
    databaseUrl?: string,
    settings: Pick<
      ServerSettings,
      'refusalBody' | 'countsStatements' | 'folder' | 'redisUrl' | 'businessTimeZone'
    > = {},
  ): Promise<Target> {
    const { folder } = settings;
    // Another commit needs the schema and the indexes of its own migrations.
    const isOther = databaseUrl === undefined && folder !== undefined;
    const url = isOther ? await this.databases.createBlank() : (databaseUrl ?? (await this.emptyDatabase()));
    this.signal.throwIfAborted();
    const server = await startServer(name, {
      ...this.secrets,
      ...settings,
      profileFolder: this.options.profileFolder,
      databaseUrl: url,
    });
    this.servers.push(server);
    if (isOther) await this.databases.addCustomers(url);
    return { server, databaseUrl: url, isEmptied: databaseUrl === undefined, lastRate: 0 };
  }

  /** The service of the baseline's folder on an empty database; null: no baseline is named. */
  async serveBaseline(): Promise<Target | null> {
    const { baselineFolder } = this.options;
    return baselineFolder === null ? null : this.serve('baseline', undefined, { folder: baselineFolder });
  }

  /**
   * Applies the same load to all targets one after the other, round by round, after a warm-up. A temporary slowdown of the
   * machine then affects all targets of a round.
   */
  async measureInTurn<V extends string>(
    targets: Readonly<Record<V, Target>>,
    parameters: RunParameters,
  ): Promise<Results<V>> {
    const names = Object.keys(targets) as V[];
    const results = Object.fromEntries(names.map((name) => [name, [] as Measurement[]])) as Record<
      V,
      Measurement[]
    >;
    this.round += 1;
    for (const name of names) {
      await this.load(targets[name], {
        ...parameters,
        seconds: Math.min(parameters.seconds / 2, MAX_WARM_UP),
      });
    }
    for (let round = 1; round <= this.options.rounds; round += 1) {
      this.round += 1;
      // The order alternates between rounds.
      const inTurn = round % 2 === 1 ? names : [...names].reverse();
      for (const name of inTurn) results[name].push(await this.measureOnce(targets[name], parameters));
      const speeds = names.map(
        (name) => `${name} ${Math.round(results[name].at(-1)?.requestsPerSecond ?? 0)}`,
      );
      this.print(`  round ${round} of ${this.options.rounds}, requests/s: ${speeds.join(', ')}`);
    }
    return results;
  }

  /** The same with one target that is not emptied, each time with calls that it does not know. */
  measureAnew(target: Target, parameters: RunParameters): Promise<Measurement> {
    this.round += 1;
    return this.measureOnce(target, parameters);
  }

  /** Applies one load and compares the number of rows with the acknowledged requests. */
  async measureOnce(target: Target, parameters: RunParameters): Promise<Measurement> {
    const { server, databaseUrl, isEmptied } = target;
    if (isEmptied) await this.databases.empty(databaseUrl);
    const before = await this.databases.count(databaseUrl);
    const memory = new MemorySampler(server.pid);
    const cpu = await cpuSecondsOf(server.pid);
    const load = await this.load(target, parameters);
    const serverCpu = (await cpuSecondsOf(server.pid)) - cpu;
    const samples = memory.stop();
    const after = await this.databases.count(databaseUrl);
    const { missing, unexpected } = checkRows({ writer: server.name, isEmptied, load }, before, after);
    const lost = total(missing);
    this.failed += load.failed + lost + total(unexpected);
    for (const failure of [
      ...load.failures,
      ...missing.map(({ table, count }) => `${count} of ${table} acknowledged and not written`),
      ...unexpected.map(({ table, count }) => `${count} of ${table} beyond what was acknowledged`),
    ]) {
      this.print(`FAILED ${server.name}: ${failure}`);
    }
    const answers = load.succeeded + load.refused + load.failed;
    return { ...load, lost, serverCpuMicros: (serverCpu * 1e6) / answers, memory: samples };
  }

  /** Stops the servers of a part and prints their error logs. */
  async closeServers(): Promise<void> {
    const { servers } = this;
    this.servers = [];
    await Promise.all(servers.map((server) => this.end(server)));
    for (const { name, complaints } of servers) {
      for (const complaint of complaints) this.print(`${name} logged: ${complaint}`);
    }
  }

  private async end(server: BenchServer): Promise<void> {
    if (this.options.profileFolder !== null && server.name === 'ours') {
      server.terminate();
      await Promise.race([server.exit, delay(PROFILE_TIMEOUT_MS, undefined, { ref: false })]);
    }
    await server.stop();
  }

  async close(): Promise<void> {
    await Promise.all([this.closeServers(), this.generator.stop()]);
    await this.databases.dropAll();
  }

  /** All targets of a round get the same calls. */
  private async load(target: Target, parameters: RunParameters): Promise<Load> {
    const { requestsPerSecond = null } = parameters;
    const expectedRate = requestsPerSecond ?? target.lastRate;
    const load = await this.generator.run(
      {
        allowsRejection: false,
        ...parameters,
        ...this.secrets,
        requestsPerSecond,
        url: target.server.url,
        firstCall: Math.max(this.options.rows, this.options.calls) + this.round * CALLS_BETWEEN_ROUNDS,
        prepared: Math.min(Math.ceil(expectedRate * parameters.seconds * PREPARED_RATIO), MAX_PREPARED),
      },
      this.signal,
    );
    if (requestsPerSecond === null) target.lastRate = load.requestsPerSecond;
    return load;
  }
}

function total(rows: readonly { readonly count: number }[]): number {
  return rows.reduce((sum, { count }) => sum + count, 0);
}
