import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { Registry } from 'prom-client';
import { loadConfiguration } from '../../src/config/configuration.js';
import type { BacklogRepository, Quarantine } from '../../src/modules/metrics/backlog/backlog.repository.js';
import { WebhookMetrics } from '../../src/modules/metrics/webhook-metrics.js';
import { QuarantineQuota } from '../../src/modules/telephony/webhooks/inbox/quarantine-quota.js';
import { eventually } from '../support/eventually.js';

const { webhooks } = loadConfiguration({ NODE_ENV: 'test', JWT_SECRET: 'a test secret that is long enough' });

/** @param count what the database has */
function quotaOf(limits: Quarantine, count: () => Promise<Quarantine>) {
  const registry = new Registry();
  const counted = jest.fn(count);
  const repository = { countQuarantine: counted } as unknown as BacklogRepository;
  const metrics = new WebhookMetrics(registry);
  const quota = new QuarantineQuota(repository, metrics, { ...webhooks, quarantine: limits });
  const notKept = () => registry.getSingleMetricAsString('telephony_webhook_not_kept_total');
  return { quota, counted, notKept };
}

function pass(ms: number): void {
  const now = performance.now() + ms;
  jest.spyOn(performance, 'now').mockReturnValue(now);
}

let warnings: ReturnType<typeof jest.spyOn>;

beforeEach(() => {
  warnings = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
});
afterEach(() => jest.restoreAllMocks());

describe('the quota of the quarantine', () => {
  it('counts what the database had at the start and what this process has added', async () => {
    const { quota, notKept } = quotaOf({ rows: 3, bytes: 1_000 }, async () => ({ rows: 1, bytes: 10 }));
    await quota.onApplicationBootstrap();
    expect([quota.take(5), quota.take(5), quota.take(5)]).toEqual([true, true, false]);
    expect(await notKept()).toContain('telephony_webhook_not_kept_total 1');
  });

  it('decides once for a delivery, however often its transaction asks', async () => {
    const { quota, notKept } = quotaOf({ rows: 2, bytes: 1_000 }, async () => ({ rows: 0, bytes: 0 }));
    await quota.onApplicationBootstrap();
    const isKept = quota.decideOnce();
    const bodies = ['same', 'same', 'third'].map((text) => Buffer.from(text));
    for (let attempt = 0; attempt < 3; attempt += 1) expect(bodies.map(isKept)).toEqual([true, true, false]);
    expect(await notKept()).toContain('telephony_webhook_not_kept_total 1');
  });

  it('takes a small body where a large one has no room', async () => {
    const { quota } = quotaOf({ rows: 9, bytes: 100 }, async () => ({ rows: 1, bytes: 50 }));
    await quota.onApplicationBootstrap();
    expect([quota.take(51), quota.take(50), quota.take(1)]).toEqual([false, true, false]);
  });

  it('asks the database at most once in five seconds, and sees what was decided meanwhile', async () => {
    let stored = { rows: 3, bytes: 30 };
    const { quota, counted } = quotaOf({ rows: 3, bytes: 1_000 }, async () => stored);
    await quota.onApplicationBootstrap();
    stored = { rows: 0, bytes: 0 };
    for (let n = 0; n < 100; n += 1) expect(quota.take(1)).toBe(false);
    expect(counted).toHaveBeenCalledTimes(1);
    pass(5_001);
    quota.take(1);
    await eventually(async () => expect(quota.take(1)).toBe(true));
    expect(counted).toHaveBeenCalledTimes(2);
  });

  it('keeps what was added while the database counted', async () => {
    let finish: (stored: Quarantine) => void = () => undefined;
    const { quota } = quotaOf({ rows: 3, bytes: 1_000 }, () => new Promise((resolve) => (finish = resolve)));
    const counting = quota.onApplicationBootstrap();
    quota.take(1);
    finish({ rows: 1, bytes: 1 });
    await counting;
    expect([quota.take(1), quota.take(1)]).toEqual([true, false]);
  });

  it('goes by the last count while the database does not answer', async () => {
    const { quota } = quotaOf({ rows: 1, bytes: 1_000 }, () => Promise.reject(new Error('ECONNREFUSED')));
    await quota.onApplicationBootstrap();
    expect([quota.take(1), quota.take(1)]).toEqual([true, false]);
  });

  it('is told once a minute, with the number of webhooks that were not kept', async () => {
    const { quota } = quotaOf({ rows: 1, bytes: 1_000 }, async () => ({ rows: 1, bytes: 1 }));
    await quota.onApplicationBootstrap();
    for (let n = 0; n < 50; n += 1) quota.take(1);
    pass(60_001);
    quota.take(1);
    const lines = warnings.mock.calls.map(([line]: unknown[]) => String(line));
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(/^The quarantine is full \(WEBHOOK_QUARANTINE_MAX_ROWS 1, .*: 1 refused/u);
    expect(lines[1]).toContain(': 50 refused webhooks since the last such line were answered but not kept');
  });
});
