import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Options } from './command-line.js';
import type { BenchDatabases } from './databases.js';
import { type Load, LoadGenerator, type LoadOrder } from './load/load-generator.js';
import { checkRows } from './row-check.js';
import { cpuSecondsOf, MemorySampler } from './process-usage.js';
import { type BenchServer, type ServerName, type ServerSettings, startServer } from './server-process.js';

/** Until the code of a server is compiled and its connections are open, in seconds; of short rounds, half of one. */
const LONGEST_WARM_UP = 2;

/**
 * Numbers of calls from one round to the next: more than a round takes, and 10,007 customers further on, for an agent who
 * calls the same customer within ten seconds has clicked twice and gets the same call.
 */
const CALLS_BETWEEN_ROUNDS = 1_010_007;

/** More requests are made before the clock starts than the last run took, by so much. */
const SPARE = 1.25;

/** They take memory, a kilobyte each; a longer load makes the rest on the way. */
const MOST_PREPARED = 150_000;

/** The service ends within ten seconds of being asked, and then writes its profile. */
const PROFILE_PATIENCE_MS = 20_000;

/** One server on one database. */
export interface Target {
  readonly server: BenchServer;
  readonly databaseUrl: string;
  /** Begins every round without a call. */
  readonly isEmptied: boolean;
  /** Requests per second of the last run. */
  pace: number;
}

/** One load, and what it took of the server. */
export interface Measurement extends Load {
  /** Rows that were acknowledged and are not there. */
  readonly lost: number;
  /** For each request, in microseconds; NaN where the system does not tell. */
  readonly serverCpuMicros: number;
  /** Resident memory in MiB while it lasted, oldest first. */
  readonly memory: readonly number[];
}

export type Results<V extends string> = Readonly<Record<V, readonly Measurement[]>>;
export type Ask = Pick<LoadOrder, 'workload' | 'seconds' | 'connections'> & { readonly mayRefuse?: boolean };

/** What every part measures with: databases, servers, the load. Leaves none of them behind. */
export class Lab {
  private readonly generator = new LoadGenerator();
  private readonly secrets = {
    jwtSecret: randomBytes(32).toString('hex'),
    webhookSecret: `whsec_${randomBytes(32).toString('base64')}`,
  };
  private servers: BenchServer[] = [];
  private empty: string | null = null;
  private full: string | null = null;
  /** Of all parts together, warm-ups included. */
  private round = 0;
  /** Requests that were not answered as they should be, or not written. */
  failed = 0;

  constructor(
    readonly databases: BenchDatabases,
    private readonly options: Options,
    readonly print: (line: string) => void,
    /** Given, the run stops where it is. */
    private readonly signal: AbortSignal,
  ) {}

  /** With the customers, and not one call. */
  async emptyDatabase(): Promise<string> {
    this.empty ??= await this.databases.createEmpty();
    return this.databases.copy(this.empty);
  }

  /** The same one for all who ask: it only grows by what they add. */
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

  /** @param databaseUrl without one: an empty database of its own */
  async serve(
    name: ServerName,
    databaseUrl?: string,
    settings: Pick<ServerSettings, 'refusalBody' | 'countsStatements'> = {},
  ): Promise<Target> {
    const url = databaseUrl ?? (await this.emptyDatabase());
    this.signal.throwIfAborted();
    const server = await startServer(name, {
      ...this.secrets,
      ...settings,
      profileFolder: this.options.profileFolder,
      databaseUrl: url,
    });
    this.servers.push(server);
    return { server, databaseUrl: url, isEmptied: databaseUrl === undefined, pace: 0 };
  }

  /**
   * The same load on everyone in turn, round by round, after a warm-up: what slows the machine down for a while slows all
   * of a round.
   */
  async measureInTurn<V extends string>(targets: Readonly<Record<V, Target>>, ask: Ask): Promise<Results<V>> {
    const names = Object.keys(targets) as V[];
    const results = Object.fromEntries(names.map((name) => [name, [] as Measurement[]])) as Record<
      V,
      Measurement[]
    >;
    this.round += 1;
    for (const name of names) {
      await this.load(targets[name], { ...ask, seconds: Math.min(ask.seconds / 2, LONGEST_WARM_UP) });
    }
    for (let round = 1; round <= this.options.rounds; round += 1) {
      this.round += 1;
      // Whoever comes first in one round comes last in the next.
      const inTurn = round % 2 === 1 ? names : [...names].reverse();
      for (const name of inTurn) results[name].push(await this.measureOnce(targets[name], ask));
      const speeds = names.map(
        (name) => `${name} ${Math.round(results[name].at(-1)?.requestsPerSecond ?? 0)}`,
      );
      this.print(`  round ${round} of ${this.options.rounds}, requests/s: ${speeds.join(', ')}`);
    }
    return results;
  }

  /** One load, with the rows counted: what was acknowledged and left none has failed. */
  async measureOnce(target: Target, ask: Ask): Promise<Measurement> {
    const { server, databaseUrl, isEmptied } = target;
    if (isEmptied) await this.databases.empty(databaseUrl);
    const before = await this.databases.count(databaseUrl);
    const memory = new MemorySampler(server.pid);
    const cpu = await cpuSecondsOf(server.pid);
    const load = await this.load(target, ask);
    const serverCpu = (await cpuSecondsOf(server.pid)) - cpu;
    const samples = memory.stop();
    const after = await this.databases.count(databaseUrl);
    const { missing, beyond } = checkRows({ writer: server.name, isEmptied, load }, before, after);
    const lost = total(missing);
    this.failed += load.failed + lost + total(beyond);
    for (const failure of [
      ...load.failures,
      ...missing.map(({ table, count }) => `${count} of ${table} acknowledged and not written`),
      ...beyond.map(({ table, count }) => `${count} of ${table} beyond what was acknowledged`),
    ]) {
      this.print(`FAILED ${server.name}: ${failure}`);
    }
    const answers = load.succeeded + load.refused + load.failed;
    return { ...load, lost, serverCpuMicros: (serverCpu * 1e6) / answers, memory: samples };
  }

  /** Ends the servers of a part; what they have complained of is shown. */
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
      await Promise.race([server.exit, delay(PROFILE_PATIENCE_MS, undefined, { ref: false })]);
    }
    await server.stop();
  }

  async close(): Promise<void> {
    await Promise.all([this.closeServers(), this.generator.stop()]);
    await this.databases.dropAll();
  }

  /** The same calls for every target of a round. */
  private async load(target: Target, ask: Ask): Promise<Load> {
    const load = await this.generator.run(
      {
        mayRefuse: false,
        ...ask,
        ...this.secrets,
        url: target.server.url,
        firstCall: this.options.rows + this.round * CALLS_BETWEEN_ROUNDS,
        prepared: Math.min(Math.ceil(target.pace * ask.seconds * SPARE), MOST_PREPARED),
      },
      this.signal,
    );
    target.pace = load.requestsPerSecond;
    return load;
  }
}

function total(rows: readonly { readonly count: number }[]): number {
  return rows.reduce((sum, { count }) => sum + count, 0);
}
