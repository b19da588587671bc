import { Registry } from 'prom-client';
import type { DataSource } from 'typeorm';
import type { Configuration } from '../config/configuration.js';
import { ChangeBus } from '../modules/change-feed/change-bus.js';
import { ChangeFeed } from '../modules/change-feed/change-feed.js';
import { createTransport } from '../modules/change-feed/transports/create-transport.js';
import { ChangeFeedMetrics } from '../modules/metrics/change-feed-metrics.js';

/**
 * Runs a command that announces to the instances that run. A transport that does not answer does not fail the command: the
 * instances then see the changes some seconds later.
 */
export async function withChangeFeed<T>(
  { changeFeed }: Configuration,
  dataSource: DataSource,
  command: (feed: ChangeFeed) => Promise<T>,
): Promise<T> {
  const feed = new ChangeFeed();
  const transport = createTransport(changeFeed, dataSource);
  const bus = new ChangeBus(feed, transport, new ChangeFeedMetrics(new Registry()));
  await bus.onModuleInit();
  try {
    return await command(feed);
  } finally {
    await bus.onApplicationShutdown();
  }
}
