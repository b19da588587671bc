import { jest } from '@jest/globals';
import { WebhookMetrics } from '../../src/modules/metrics/webhook-metrics.js';
import { WebhookBatch } from '../../src/modules/telephony/webhooks/inbox/webhook-batch.js';
import { WebhookIntake } from '../../src/modules/telephony/webhooks/inbox/webhook-intake.js';
import type { TestApp } from './app.js';
import { eventually } from './eventually.js';

/** Fewer than the number of waiting items that starts a second worker, which would store them. */
const MOST_HELD = 31;

/** Delays the batches of an application: events wait until the release, and are then stored in one batch. */
export class HeldBatches {
  private constructor(
    private readonly app: TestApp,
    private readonly spy: jest.SpiedFunction<WebhookBatch['store']>,
    /** Ends the delay, so that the waiting events are stored. */
    readonly release: () => Promise<void>,
  ) {}

  static async in(app: TestApp): Promise<HeldBatches> {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const spy = jest.spyOn(app.nest.get(WebhookBatch), 'store');
    // The first event is not stored: it only keeps the worker busy.
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
      release();
      await first;
    });
  }

  get waiting(): number {
    return this.app.nest.get(WebhookMetrics).queue()?.depth ?? 0;
  }

  /** Sizes of the batches, in the order of the attempts to store them. */
  get sizes(): number[] {
    return this.spy.mock.calls.slice(1).map(([deliveries]) => deliveries.length);
  }

  /**
   * Posts an event, and waits until it is at the end of the queue.
   * @throws {Error} beyond {@link MOST_HELD}
   */
  async queue<T>(post: () => PromiseLike<T>): Promise<{ answer: Promise<T> }> {
    const before = this.waiting;
    if (before > MOST_HELD) throw new Error('A second worker would store the waiting events');
    const answer = Promise.resolve(post());
    await eventually(() => {
      if (this.waiting === before) throw new Error('The event is not in the queue yet');
    });
    return { answer };
  }
}

/** Posts several events that are stored in one batch, in order. @returns responses, and sizes of the batches */
export async function inOneBatch<T>(
  app: TestApp,
  posts: readonly (() => PromiseLike<T>)[],
): Promise<{ answers: T[]; sizes: number[] }> {
  const batches = await HeldBatches.in(app);
  const answers: Promise<T>[] = [];
  for (const post of posts) answers.push((await batches.queue(post)).answer);
  await batches.release();
  const all = await Promise.all(answers);
  const { sizes } = batches;
  jest.restoreAllMocks();
  return { answers: all, sizes };
}
