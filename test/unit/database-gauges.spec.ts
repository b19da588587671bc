import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { Registry } from 'prom-client';
import type { DataSource } from 'typeorm';
import type { BacklogRepository } from '../../src/modules/metrics/backlog/backlog.repository.js';
import { DatabaseMetrics } from '../../src/modules/metrics/backlog/database-metrics.js';
import { DatabaseGauges } from '../../src/modules/metrics/backlog/database-gauges.js';
import { WebhookMetrics } from '../../src/modules/metrics/webhook-metrics.js';
import type { SilenceService } from '../../src/modules/metrics/silence/silence.service.js';
import { samplesOf } from '../support/samples.js';

/** A database whose nth count, counted from 1, is specified by a test. */
function databaseThat(answer: (nth: number) => Promise<unknown>) {
  const asked = { times: 0 };
  const repository = { count: () => answer((asked.times += 1)) } as unknown as BacklogRepository;
  return {
    asked,
    gauges: new DatabaseGauges(repository, {} as DataSource, new WebhookMetrics(new Registry())),
  };
}

const never = (): Promise<never> => new Promise(() => undefined);
const refuses = (): Promise<never> => Promise.reject(new Error('connect ECONNREFUSED'));

let warnings: ReturnType<typeof jest.spyOn>;

beforeEach(() => {
  warnings = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
});
afterEach(() => jest.restoreAllMocks());

function pass(ms: number): void {
  const now = performance.now() + ms;
  jest.spyOn(performance, 'now').mockReturnValue(now);
}

describe('a database that hangs', () => {
  it('times out within a second, gets one query for concurrent scrapes, and no other meanwhile', async () => {
    const { asked, gauges } = databaseThat(never);
    const begun = performance.now();
    expect(await Promise.all([gauges.read(), gauges.read(), gauges.read()])).toEqual([null, null, null]);
    expect(performance.now() - begun).toBeLessThan(1_000);
    expect(await gauges.read()).toBeNull();
    expect(asked.times).toBe(1);
  });

  it('is queried again when the earlier query can no longer be completed', async () => {
    const { asked, gauges } = databaseThat((nth) => (nth === 1 ? never() : Promise.resolve({})));
    expect(await gauges.read()).toBeNull();
    pass(15_001);
    expect(await gauges.read()).toEqual({});
    expect(asked.times).toBe(2);
  });
});

describe('a database that rejects queries', () => {
  it('is queried at most once a second, and logged once', async () => {
    const { asked, gauges } = databaseThat(refuses);
    expect([await gauges.read(), await gauges.read()]).toEqual([null, null]);
    expect(asked.times).toBe(1);
    pass(1_001);
    expect(await gauges.read()).toBeNull();
    expect([asked.times, warnings.mock.calls.length]).toEqual([2, 1]);
  });

  it('does not affect other metrics of the scrape, and is reported as down', async () => {
    const registry = new Registry();
    const metrics = new DatabaseMetrics(registry, databaseThat(refuses).gauges, {
      isWatched: true,
    } as SilenceService);
    expect(metrics).toBeDefined();
    const samples = samplesOf(await registry.metrics());
    expect([...samples]).toEqual([['telephony_database_up', 0]]);
  });
});

describe('a database that answers', () => {
  it('is looked at once a second at most', async () => {
    const { asked, gauges } = databaseThat((nth) => Promise.resolve({ nth }));
    expect([await gauges.read(), await gauges.read()]).toEqual([{ nth: 1 }, { nth: 1 }]);
    pass(1_001);
    expect(await gauges.read()).toEqual({ nth: 2 });
    expect(asked.times).toBe(2);
  });
});
