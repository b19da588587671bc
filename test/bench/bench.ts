import { randomBytes } from 'node:crypto';
import type { Options } from './command-line.js';
import { BenchDatabases } from './databases.js';
import { type Load, LoadGenerator } from './load-generator.js';
import { conditionsText, type Results, resultsText, type Variant, VARIANTS } from './report.js';
import type { ServerProcess } from '../support/server-process.js';
import { type ServerName, startServer } from './server-process.js';
import { TABLE_OF, type Workload } from './workload.js';

const CONNECTIONS = 64;

/** Until the code of a server is compiled and its connections are open. */
const WARM_UP_SECONDS = 2;

/**
 * Numbers of calls from one round to the next: more than a round takes, and 10,007 customers further on, for an agent who
 * calls the same customer within ten seconds has clicked twice and gets the same call.
 */
const CALLS_BETWEEN_ROUNDS = 1_010_007;

interface Target {
  readonly server: ServerProcess;
  readonly databaseUrl: string;
}

/** One run: makes its own databases and servers, and leaves none of them. */
export class Bench {
  private readonly databases: BenchDatabases;
  private readonly servers: ServerProcess[] = [];
  private readonly generator = new LoadGenerator();
  private readonly jwtSecret = randomBytes(32).toString('hex');
  /** Of both workloads together, warm-ups included. */
  private round = 0;

  constructor(
    serverUrl: string,
    private readonly options: Options,
    private readonly print: (line: string) => void,
    /** Given, the run stops where it is and cleans up. */
    private readonly signal: AbortSignal,
  ) {
    this.databases = new BenchDatabases(serverUrl);
  }

  /** @returns whether every request was answered as it should be */
  async run(): Promise<boolean> {
    const conditions = { ...this.options, connections: CONNECTIONS };
    try {
      this.print(`${conditionsText(conditions, await this.databases.facts())}\n`);
      const targets = await this.prepare();
      let failed = 0;
      for (const workload of this.options.workloads) {
        const results = await this.measure(workload, targets);
        this.print(`\n${resultsText(workload, results, conditions)}\n`);
        failed += VARIANTS.flatMap((variant) => results[variant]).reduce((sum, load) => sum + load.failed, 0);
      }
      for (const complaint of this.servers.flatMap((server) => server.complaints)) this.print(complaint);
      return failed === 0;
    } finally {
      await Promise.all([this.generator, ...this.servers].map((process) => process.stop()));
      await this.databases.dropAll();
    }
  }

  private async prepare(): Promise<Readonly<Record<Variant, Target>>> {
    const empty = await this.databases.createEmpty();
    const full = await this.databases.copy(empty);
    this.print(`Writing ${this.options.rows.toLocaleString('en-US')} calls…`);
    const since = performance.now();
    await this.databases.seed(full, this.options.rows, this.signal);
    const emptyOfPeer = await this.databases.copy(empty);
    const fullOfPeer = await this.databases.copy(full);
    this.print(`… written in ${Math.round((performance.now() - since) / 1000)} s`);
    return {
      floor: await this.serve('floor', empty),
      'ours-empty': await this.serve('ours', empty),
      'peer-empty': await this.serve('peer', emptyOfPeer),
      'ours-full': await this.serve('ours', full),
      'peer-full': await this.serve('peer', fullOfPeer),
    };
  }

  private async serve(name: ServerName, databaseUrl: string): Promise<Target> {
    this.signal.throwIfAborted();
    const server = await startServer(name, { databaseUrl, jwtSecret: this.jwtSecret });
    this.servers.push(server);
    return { server, databaseUrl };
  }

  private async measure(workload: Workload, targets: Readonly<Record<Variant, Target>>): Promise<Results> {
    const results: Record<Variant, Load[]> = {
      floor: [],
      'ours-empty': [],
      'peer-empty': [],
      'ours-full': [],
      'peer-full': [],
    };
    const { rounds, seconds } = this.options;
    this.round += 1;
    for (const variant of VARIANTS) {
      await this.load(workload, targets[variant], Math.min(seconds, WARM_UP_SECONDS));
    }
    for (let round = 1; round <= rounds; round += 1) {
      this.round += 1;
      const line = [];
      for (const variant of VARIANTS) {
        const load = await this.loadVariant(workload, variant, targets[variant]);
        results[variant].push(load);
        line.push(`${variant} ${Math.round(load.requestsPerSecond)}`);
        for (const failure of load.failures) this.print(`FAILED ${workload}, ${variant}: ${failure}`);
      }
      this.print(`${workload}, round ${round} of ${rounds}, requests/s: ${line.join(', ')}`);
    }
    return results;
  }

  /** Counts the rows as well: a request that was answered and left none has failed. */
  private async loadVariant(workload: Workload, variant: Variant, target: Target): Promise<Load> {
    if (variant.endsWith('empty')) await this.databases.empty(target.databaseUrl);
    if (variant === 'floor') return this.load(workload, target, this.options.seconds);

    const before = await this.databases.count(target.databaseUrl, TABLE_OF[workload]);
    const load = await this.load(workload, target, this.options.seconds);
    const written = (await this.databases.count(target.databaseUrl, TABLE_OF[workload])) - before;
    const lost = Math.max(0, load.succeeded - written);
    return lost === 0
      ? load
      : {
          ...load,
          failed: load.failed + lost,
          failures: [...load.failures, `${lost} answered and not written`],
        };
  }

  /** The same calls for every variant of a round. */
  private load(workload: Workload, { server }: Target, seconds: number): Promise<Load> {
    const firstCall = this.options.rows + this.round * CALLS_BETWEEN_ROUNDS;
    return this.generator.run(
      { url: server.url, workload, seconds, connections: CONNECTIONS, firstCall, jwtSecret: this.jwtSecret },
      this.signal,
    );
  }
}
