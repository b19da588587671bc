import { jest } from '@jest/globals';
import { WebhookMetrics } from '../../src/modules/metrics/webhook-metrics.js';
import { WebhookBatch } from '../../src/modules/telephony/webhooks/inbox/webhook-batch.js';
import { WebhookIntake } from '../../src/modules/telephony/webhooks/inbox/webhook-intake.js';
import type { TestApp } from './app.js';
import { eventually } from './eventually.js';

/** From 32 on a second worker comes, and stores them. */
const MOST_HELD = 31;

/** An application that stores nothing until it is let go: what comes meanwhile waits, and is stored together. */
export class HeldBatches {
  private constructor(
    private readonly app: TestApp,
    private readonly spy: jest.SpiedFunction<WebhookBatch['store']>,
    /** Stores what waits. */
    readonly letGo: () => Promise<void>,
  ) {}

  static async in(app: TestApp): Promise<HeldBatches> {
    let letGo = (): void => undefined;
    const held = new Promise<void>((resolve) => (letGo = resolve));
    const spy = jest.spyOn(app.nest.get(WebhookBatch), 'store');
    // Of what goes first nothing is stored: it does nothing but keep the worker busy.
    const busy = new Promise<void>((begun) => {
      spy.mockImplementationOnce(async () => {
        begun();
        await held;
        return ['stored'];
      });
    });
    const first = app.nest.get(WebhookIntake).accept({
      route: 'one-shot',
      body: Buffer.from('{"event":"keeps_the_worker_busy"}'),
      sourceAddress: '127.0.0.1',
      signedId: null,
      keyId: null,
    });
    await busy;
    return new HeldBatches(app, spy, async () => {
      letGo();
      await first;
    });
  }

  get waiting(): number {
    return this.app.nest.get(WebhookMetrics).queue()?.depth ?? 0;
  }

  /** How many were stored together, try by try. */
  get sizes(): number[] {
    return this.spy.mock.calls.slice(1).map(([deliveries]) => deliveries.length);
  }

  /**
   * Posts, and waits until it waits behind all that were posted before.
   * @throws {Error} beyond {@link MOST_HELD}
   */
  async queue<T>(post: () => PromiseLike<T>): Promise<{ answer: Promise<T> }> {
    const before = this.waiting;
    if (before > MOST_HELD) throw new Error('Another worker would store what waits');
    const answer = Promise.resolve(post());
    await eventually(() => {
      if (this.waiting === before) throw new Error('It has not come yet');
    });
    return { answer };
  }
}

/** Posts several that are stored in one batch, in their order. */
export async function inOneBatch<T>(
  app: TestApp,
  posts: readonly (() => PromiseLike<T>)[],
): Promise<{ answers: T[]; sizes: number[] }> {
  const batches = await HeldBatches.in(app);
  const answers: Promise<T>[] = [];
  for (const post of posts) answers.push((await batches.queue(post)).answer);
  await batches.letGo();
  const all = await Promise.all(answers);
  const { sizes } = batches;
  jest.restoreAllMocks();
  return { answers: all, sizes };
}
