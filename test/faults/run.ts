import { once } from 'node:events';
import { PostgresCluster } from '../support/postgres-cluster.js';
import type { Options } from './command-line.js';
import { type FaultGroup, NotHeld } from './fault.js';
import { GROUPS } from './groups/index.js';
import { type Outcome, reportText } from './report.js';
import { Stage } from './stage.js';

/** Of the cluster the faults are tried on. What is written is written out, as in production. */
const CLUSTER_SETTINGS = {
  // Which rows came by one transaction.
  track_commit_timestamp: 'on',
  // How soon it looks whether who waits has locked each other out.
  deadlock_timeout: '200ms',
  max_connections: '200',
};

/** One run: makes its own PostgreSQL, databases and servers, and leaves none of them. */
export class FaultRun {
  private readonly outcomes: Outcome[] = [];

  constructor(
    private readonly options: Options,
    private readonly print: (line: string) => void,
    /** Given, the run stops where it is and cleans up. */
    private readonly signal: AbortSignal,
  ) {}

  /** @returns whether everything held @throws {Error} when it cannot be tried */
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
    const stage = new Stage(cluster, this.options, this.signal);
    try {
      const ground = group.prepare(stage);
      await this.unlessInterrupted(ground.catch(() => undefined));
      for (const { name, tried } of group.faults.filter((fault) => names.includes(fault.name))) {
        const since = performance.now();
        const found = await this.unlessInterrupted(judged(ground.then((tryFault) => tryFault(name))));
        await stage.endLoads();
        const seconds = (performance.now() - since) / 1000;
        this.outcomes.push({ group: group.name, fault: name, tried, ...found });
        const verdict = found.broken === null ? 'held' : 'NOT HELD';
        this.print(
          `${verdict.padEnd(9)} ${group.name}: ${name} (${seconds.toFixed(1)} s) ${found.broken ?? ''}`.trimEnd(),
        );
      }
    } finally {
      await stage.clear();
      for (const complaint of stage.complaints) this.print(`          log: ${complaint.slice(0, 300)}`);
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

/** Whatever comes up instead of an answer counts as not held: a server that is gone, say. */
async function judged(fault: Promise<string | void>): Promise<Pick<Outcome, 'broken' | 'remark'>> {
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
