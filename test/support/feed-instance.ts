import { Registry } from 'prom-client';
import { ChangeBus } from '../../src/modules/change-feed/change-bus.js';
import { ChangeFeed } from '../../src/modules/change-feed/change-feed.js';
import type { Change } from '../../src/modules/change-feed/change.js';
import type { ChangeTransport } from '../../src/modules/change-feed/transports/change-transport.js';
import { ChangeFeedMetrics } from '../../src/modules/metrics/change-feed-metrics.js';

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
