import { once } from 'node:events';
import { PostgresCluster } from '../support/postgres-cluster.js';
import type { Options } from './command-line.js';
import { type FaultGroup, NotHeld } from './fault.js';
import { GROUPS } from './groups/index.js';
import { type Outcome, reportText } from './report.js';
import { FaultEnvironment } from './fault-environment.js';

/** Settings of the PostgreSQL of a run. fsync stays on, as in production. */
const CLUSTER_SETTINGS = {
  // Shows which rows were committed together.
  track_commit_timestamp: 'on',
  // Detects deadlocks faster than the default of 1 s.
  deadlock_timeout: '200ms',
  max_connections: '200',
};

/** One run. Creates its own PostgreSQL, databases and servers and removes them at the end. */
export class FaultRun {
  private readonly outcomes: Outcome[] = [];

  constructor(
    private readonly options: Options,
    private readonly print: (line: string) => void,
    /** Aborts the run, which then cleans up. */
    private readonly signal: AbortSignal,
  ) {}

  /** @returns whether all faults held @throws {Error} when no fault matches, or PostgreSQL does not start */
  async run(): Promise<boolean> {
    const chosen = GROUPS.map((group) => ({ group, names: namesIn(group, this.options.only) })).filter(
      ({ names }) => names.length > 0,
    );
    if (chosen.length === 0) {
      throw new Error(`No group and no fault is called "${this.options.only}". Groups: ${groupNames()}`);
    }
    this.print('Making a PostgreSQL…');
    const cluster = await PostgresCluster.create(CLUSTER_SETTINGS);
    try {
      for (const { group, names } of chosen) await this.tryGroup(group, names, cluster);
    } finally {
      await cluster.remove();
    }
    this.print(reportText(this.outcomes));
    return this.outcomes.every(({ broken }) => broken === null);
  }

  private async tryGroup(
    group: FaultGroup,
    names: readonly string[],
    cluster: PostgresCluster,
  ): Promise<void> {
    const environment = new FaultEnvironment(cluster, this.options, this.signal);
    try {
      const context = group.prepare(environment);
      await this.unlessInterrupted(context.catch(() => undefined));
      for (const { name, tried } of group.faults.filter((fault) => names.includes(fault.name))) {
        const since = performance.now();
        const result = await this.unlessInterrupted(resultOf(context.then((tryFault) => tryFault(name))));
        await environment.endLoads();
        const seconds = (performance.now() - since) / 1000;
        this.outcomes.push({ group: group.name, fault: name, tried, ...result });
        const verdict = result.broken === null ? 'held' : 'NOT HELD';
        this.print(
          `${verdict.padEnd(9)} ${group.name}: ${name} (${seconds.toFixed(1)} s) ${result.broken ?? ''}`.trimEnd(),
        );
      }
    } finally {
      await environment.clear();
      for (const complaint of environment.complaints) this.print(`          log: ${complaint.slice(0, 300)}`);
    }
  }

  private async unlessInterrupted<T>(work: Promise<T>): Promise<T> {
    this.signal.throwIfAborted();
    const over = new AbortController();
    const interrupted = once(this.signal, 'abort', { signal: over.signal }).then(() => {
      throw this.signal.reason;
    });
    try {
      return await Promise.race([work, interrupted]);
    } finally {
      over.abort();
      await interrupted.catch(() => undefined);
    }
  }
}

/** Any error counts as not held, for instance a server that has ended. */
async function resultOf(fault: Promise<string | void>): Promise<Pick<Outcome, 'broken' | 'remark'>> {
  try {
    return { broken: null, remark: (await fault) ?? '' };
  } catch (error) {
    const text =
      error instanceof NotHeld ? error.message : String(error instanceof Error ? error.stack : error);
    return { broken: text, remark: '' };
  }
}

function namesIn(group: FaultGroup, only: string | null): string[] {
  const names = group.faults.map(({ name }) => name);
  if (only === null || only.toLowerCase() === group.name) return names;
  return names.filter((name) => name.toLowerCase().includes(only.toLowerCase()));
}

function groupNames(): string {
  return GROUPS.map(({ name }) => name).join(', ');
}
