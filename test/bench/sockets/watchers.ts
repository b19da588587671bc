import { setTimeout as delay } from 'node:timers/promises';
import { issueToken } from '../../../src/modules/auth/issue-token.js';
import type { Acceptance } from '../load/load-generator.js';
import { percentile } from '../load/response-counter.js';
import { eventsOf } from '../load/workload.js';
import { agentOf, extensionOf } from '../population.js';
import type { ConnectParameters, Delays, Moved } from './socket-process.js';
import { stageAfter } from './stages.js';
import { Watcher } from './watcher.js';

/** Of so many sockets one is a supervisor's, the first always. */
const SOCKETS_PER_SUPERVISOR = 50;

/** Fewer than may wait to be let in from one address. */
const CONNECTED_AT_ONCE = 16;

const FIRST_USER = 1_001;

/** How long a message may take before it counts as missing, in milliseconds: longer than the reconciler needs. */
const LATEST_MS = 15_000;
const POLL_MS = 50;

/** The sockets of this process. */
export class Watchers {
  private all: Watcher[] = [];

  async connect({ url, count, jwtSecret }: ConnectParameters): Promise<void> {
    const first = this.all.length;
    for (let made = 0; made < count; made += CONNECTED_AT_ONCE) {
      const size = Math.min(CONNECTED_AT_ONCE, count - made);
      const indexes = Array.from({ length: size }, (_, index) => first + made + index);
      this.all.push(...(await Promise.all(indexes.map((index) => watcherAt(index, url, jwtSecret)))));
    }
  }

  /** Waits for the messages of these events, computes how long they took, and forgets them. */
  async delays(accepted: readonly Acceptance[]): Promise<Delays> {
    const deadline = performance.now() + LATEST_MS;
    let { missing, delays } = this.delaysNow(accepted);
    while (missing > 0 && performance.now() < deadline) {
      await delay(POLL_MS);
      ({ missing, delays } = this.delaysNow(accepted));
    }
    for (const watcher of this.all) watcher.forget();
    const sorted = Float64Array.from(delays).sort();
    return {
      messages: sorted.length,
      missing,
      p50: percentile(sorted, 0.5),
      p99: percentile(sorted, 0.99),
      cutOff: this.all.filter(({ instances }) => instances.length > 1).length,
    };
  }

  /** Waits until all are let in by another instance than at first. */
  async moved(withinMs: number): Promise<Moved> {
    const deadline = performance.now() + withinMs;
    const moved = (): Watcher[] =>
      this.all.filter(({ instances: [first, ...others] }) => others.some((other) => other !== first));
    while (moved().length < this.all.length && performance.now() < deadline) await delay(POLL_MS);
    const back = moved();
    return { count: back.length, lastAt: Math.max(...back.map(({ readyAt }) => readyAt)) };
  }

  close(): void {
    for (const watcher of this.all) watcher.close();
    this.all = [];
  }

  private delaysNow(accepted: readonly Acceptance[]): { missing: number; delays: number[] } {
    const byExtension = this.byExtension();
    const supervisors = byExtension.get(null) ?? [];
    const delays: number[] = [];
    let missing = 0;
    for (const [call, step, at] of accepted) {
      const event = eventsOf(call, 0)[step];
      if (event === undefined) throw new Error(`Call ${call} has no event ${step}`);
      const stage = stageAfter(event);
      const agents = byExtension.get(extensionOf(agentOf(call))) ?? [];
      for (const watcher of [...supervisors, ...agents]) {
        const sawAt = watcher.sawAt(call, stage);
        if (sawAt !== undefined) delays.push(sawAt - at);
        else if (!watcher.wasAskedSince(at)) missing += 1;
      }
    }
    return { missing, delays };
  }

  private byExtension(): ReadonlyMap<string | null, readonly Watcher[]> {
    const groups = new Map<string | null, Watcher[]>();
    for (const watcher of this.all) {
      const group = groups.get(watcher.extension) ?? [];
      groups.set(watcher.extension, [...group, watcher]);
    }
    return groups;
  }
}

/** Each of another user, their extensions spread over those of the load. */
async function watcherAt(index: number, url: string, jwtSecret: string): Promise<Watcher> {
  const userId = FIRST_USER + index;
  if (index % SOCKETS_PER_SUPERVISOR === 0) {
    return Watcher.joined(url, await issueToken({ jwtSecret }, { userId, role: 'admin' }), null);
  }
  const extension = extensionOf(agentOf(index));
  const token = await issueToken({ jwtSecret }, { userId, role: 'agent', extension });
  return Watcher.joined(url, token, extension);
}
