import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { Registry } from 'prom-client';
import type { DataSource } from 'typeorm';
import { DatabaseMetrics } from '../../src/modules/metrics/database-metrics.js';
import { DatabaseGauges } from '../../src/modules/metrics/database-gauges.js';
import { samplesOf } from '../support/samples.js';

/** A database that answers its nth transaction, counted from 1, as a test wants it to. */
function databaseThat(answer: (nth: number) => Promise<unknown>) {
  const asked = { times: 0 };
  const dataSource = { transaction: () => answer((asked.times += 1)) } as unknown as DataSource;
  return { asked, stock: new DatabaseGauges(dataSource) };
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
  it('is given up within a second, asked once by all who want to know, and not asked again meanwhile', async () => {
    const { asked, stock } = databaseThat(never);
    const begun = performance.now();
    expect(await Promise.all([stock.read(), stock.read(), stock.read()])).toEqual([null, null, null]);
    expect(performance.now() - begun).toBeLessThan(1_000);
    expect(await stock.read()).toBeNull();
    expect(asked.times).toBe(1);
  });

  it('is asked anew when the answer can no longer come', async () => {
    const { asked, stock } = databaseThat((nth) => (nth === 1 ? never() : Promise.resolve({})));
    expect(await stock.read()).toBeNull();
    pass(15_001);
    expect(await stock.read()).toEqual({});
    expect(asked.times).toBe(2);
  });
});

describe('a database that refuses', () => {
  it('is asked once a second at most, and complained of once', async () => {
    const { asked, stock } = databaseThat(refuses);
    expect([await stock.read(), await stock.read()]).toEqual([null, null]);
    expect(asked.times).toBe(1);
    pass(1_001);
    expect(await stock.read()).toBeNull();
    expect([asked.times, warnings.mock.calls.length]).toEqual([2, 1]);
  });

  it('leaves everything else in the scrape, and says itself that it is away', async () => {
    const registry = new Registry();
    const metrics = new DatabaseMetrics(registry, databaseThat(refuses).stock);
    expect(metrics).toBeDefined();
    const samples = samplesOf(await registry.metrics());
    expect([...samples]).toEqual([['telephony_database_up', 0]]);
  });
});

describe('a database that answers', () => {
  it('is looked at once a second at most', async () => {
    const { asked, stock } = databaseThat((nth) => Promise.resolve({ nth }));
    expect([await stock.read(), await stock.read()]).toEqual([{ nth: 1 }, { nth: 1 }]);
    pass(1_001);
    expect(await stock.read()).toEqual({ nth: 2 });
    expect(asked.times).toBe(2);
  });
});
