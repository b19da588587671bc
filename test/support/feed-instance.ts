import { Registry } from 'prom-client';
import { ChangeBus } from '../../src/modules/change-feed/change-bus.js';
import { ChangeFeed } from '../../src/modules/change-feed/change-feed.js';
import type { Change } from '../../src/modules/change-feed/change.js';
import type { ChangeTransport } from '../../src/modules/change-feed/transports/change-transport.js';
import { ChangeFeedMetrics } from '../../src/modules/metrics/change-feed-metrics.js';
import { eventually } from './eventually.js';

/** An instance of which only the change feed runs, and what its listeners are told. */
export class FeedInstance {
  readonly feed = new ChangeFeed();
  readonly heard: Change[] = [];
  readonly gaps: string[] = [];
  readonly bus: ChangeBus;
  private readonly registry = new Registry();

  private constructor(transport: ChangeTransport | null) {
    this.bus = new ChangeBus(this.feed, transport, new ChangeFeedMetrics(this.registry));
    this.feed.onChange((change) => this.heard.push(change));
    this.feed.onGap((why) => this.gaps.push(why));
  }

  /** @param transport null: there is no other instance */
  static async on(transport: ChangeTransport | null): Promise<FeedInstance> {
    const instance = new FeedInstance(transport);
    await instance.bus.onModuleInit();
    return instance;
  }

  /** Ids of the tasks that were announced here, from whichever instance. */
  get tasks(): number[] {
    return this.heard.flatMap(({ tasks = [] }) => tasks);
  }

  /** Values of a metric, without the beginning of its name. */
  async valuesOf(name: string): Promise<number[] | undefined> {
    const metric = await this.registry.getSingleMetric(`telephony_change_feed_${name}`)?.get();
    return metric?.values.map(({ value }) => value);
  }

  close(): Promise<void> {
    return this.bus.onApplicationShutdown();
  }
}

/**
 * Announces tasks at one instance while something disturbs the transport again and again.
 * @param disturb resolves when the transport works again
 * @returns tasks of which the other instance neither heard, nor had a gap after they were announced
 */
export async function missedWhile(
  disturb: () => Promise<void>,
  times: number,
  here: FeedInstance,
  there: FeedInstance,
): Promise<number[]> {
  let announced = 0;
  let readAnew = 0;
  const unsubscribe = there.feed.onGap(() => (readAnew = announced));
  const timer = setInterval(() => {
    announced += 1;
    here.feed.announce({ tasks: [announced] });
  }, 1);
  for (let time = 1; time <= times; time += 1) {
    const before = announced;
    await eventually(() => expect(announced).toBeGreaterThan(before + 20));
    await disturb();
  }
  clearInterval(timer);
  const last = announced;
  await eventually(() => expect(Math.max(readAnew, ...there.tasks)).toBe(last));
  unsubscribe();
  const heard = new Set(there.tasks);
  return here.tasks.filter((id) => id > readAnew && !heard.has(id));
}
