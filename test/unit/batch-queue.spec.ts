import {
  BatchQueue,
  QueueFullError,
  type QueueLimits,
} from '../../src/modules/telephony/webhooks/inbox/batch-queue.js';

const LARGE = { items: 1_000, bytes: 1_000_000 };

/** A worker whose batches stay pending until the test completes or fails them. */
function manualWorker() {
  const batches: { items: number[]; done: (results: string[]) => void; fail: (reason: Error) => void }[] = [];
  const arrivals: (() => void)[] = [];
  const work = (items: number[]): Promise<string[]> =>
    new Promise((done, fail) => {
      batches.push({ items, done, fail });
      arrivals.shift()?.();
    });
  return {
    batches,
    work,
    /** Waits for the nth batch, counted from 0. */
    async batch(nth: number) {
      while (batches.length <= nth) await new Promise<void>((resolve) => arrivals.push(resolve));
      const batch = batches[nth];
      if (batch === undefined) throw new Error('unreachable');
      return batch;
    },
  };
}

const UNAVAILABLE = new Error('the database is unavailable');

function queueOf(
  work: (items: number[]) => Promise<string[]>,
  limits: QueueLimits,
): BatchQueue<number, string> {
  return new BatchQueue(work, limits, (reason) => reason === UNAVAILABLE);
}

const named = (items: readonly number[]): string[] => items.map((item) => `result of ${item}`);

describe('a batch queue', () => {
  it('processes all items of one turn in one batch, in order, and resolves each with its own result', async () => {
    const taken: number[][] = [];
    const queue = queueOf((items) => {
      taken.push(items);
      return Promise.resolve(named(items));
    }, LARGE);
    const results = await Promise.all([3, 1, 2].map((item) => queue.add(item, 1)));
    expect(taken).toEqual([[3, 1, 2]]);
    expect(results).toEqual(['result of 3', 'result of 1', 'result of 2']);
  });

  it('processes a single item without waiting for another', async () => {
    const queue = queueOf((items) => Promise.resolve(named(items)), LARGE);
    expect(await queue.add(7, 1)).toBe('result of 7');
    expect(await queue.add(8, 1)).toBe('result of 8');
  });

  it('processes one batch at a time while few items wait, and the items that arrive meanwhile in the next batch', async () => {
    const worker = manualWorker();
    const queue = queueOf(worker.work, LARGE);
    const first = queue.add(1, 1);
    const batch = await worker.batch(0);
    const later = [2, 3, 4].map((item) => queue.add(item, 1));
    expect(queue.depth).toBe(4);
    expect(worker.batches).toHaveLength(1);

    batch.done(named(batch.items));
    expect(await first).toBe('result of 1');
    const next = await worker.batch(1);
    expect(next.items).toEqual([2, 3, 4]);
    next.done(named(next.items));
    expect(await Promise.all(later)).toEqual(named([2, 3, 4]));
    expect(queue.depth).toBe(0);
  });

  it('processes a second batch concurrently as soon as enough items wait, and no third', async () => {
    const worker = manualWorker();
    const queue = queueOf(worker.work, LARGE);
    const all = [queue.add(0, 1)];
    const first = await worker.batch(0);
    const many = (from: number): number[] => Array.from({ length: 32 }, (_, index) => from + index);
    all.push(...many(1).map((item) => queue.add(item, 1)));
    const second = await worker.batch(1);
    expect(second.items).toEqual(many(1));
    all.push(...many(33).map((item) => queue.add(item, 1)));
    expect(worker.batches).toHaveLength(2);

    second.done(named(second.items));
    const third = await worker.batch(2);
    expect(third.items).toEqual(many(33));
    expect(worker.batches).toHaveLength(3);
    first.done(named(first.items));
    third.done(named(third.items));
    expect(await Promise.all(all)).toEqual(named([0, ...many(1), ...many(33)]));
  });

  it('delays a batch as long as each turn adds an item', async () => {
    const worker = manualWorker();
    const queue = queueOf(worker.work, LARGE);
    const all: Promise<string>[] = [];
    const addInTurns = (item: number): void => {
      if (item < 4) setImmediate(() => addInTurns(item + 1));
      all.push(queue.add(item, 1));
    };
    addInTurns(1);
    const first = await worker.batch(0);
    expect(first.items).toEqual([1, 2, 3, 4]);
    first.done(named(first.items));
    expect(await Promise.all(all)).toEqual(named([1, 2, 3, 4]));
  });

  it('includes items that are added in the turn in which the previous batch is resolved', async () => {
    const worker = manualWorker();
    const queue = queueOf(worker.work, LARGE);
    const again = [1, 2].map((item) => queue.add(item, 1).then(() => queue.add(item + 10, 1)));
    const first = await worker.batch(0);
    void queue.add(3, 1);
    first.done(named(first.items));
    const second = await worker.batch(1);
    expect(second.items).toEqual([3, 11, 12]);
    second.done(named(second.items));
    await Promise.all(again);
  });

  it('processes at most 256 items in one batch', async () => {
    const sizes: number[] = [];
    const queue = queueOf((items) => {
      sizes.push(items.length);
      return Promise.resolve(named(items));
    }, LARGE);
    await Promise.all(Array.from({ length: 600 }, (_, item) => queue.add(item, 1)));
    expect(sizes).toEqual([256, 256, 88]);
  });

  it('rejects only the items of a failed batch when the error does not concern waiting items', async () => {
    const worker = manualWorker();
    const queue = queueOf(worker.work, LARGE);
    const all = [1, 2].map((item) => queue.add(item, 1));
    const first = await worker.batch(0);
    const waiting = queue.add(3, 1);
    first.fail(new Error('one item is invalid'));
    for (const outcome of await Promise.allSettled(all)) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { message: 'one item is invalid' } });
    }
    const second = await worker.batch(1);
    second.done(named(second.items));
    expect(await waiting).toBe('result of 3');
  });

  it('rejects the items of a failed batch and all waiting items when the error concerns them', async () => {
    const worker = manualWorker();
    const queue = queueOf(worker.work, LARGE);
    const all = [1, 2].map((item) => queue.add(item, 1));
    const first = await worker.batch(0);
    all.push(queue.add(3, 1));
    first.fail(UNAVAILABLE);
    for (const outcome of await Promise.allSettled(all)) {
      expect(outcome).toMatchObject({
        status: 'rejected',
        reason: { message: 'the database is unavailable' },
      });
    }
    const later = queue.add(4, 1);
    const second = await worker.batch(1);
    expect(second.items).toEqual([4]);
    second.done(named(second.items));
    expect(await later).toBe('result of 4');
  });

  it('continues after it was idle, and after work that threw synchronously', async () => {
    let times = 0;
    const queue = queueOf((items) => {
      times += 1;
      if (times === 1) throw new Error('synchronous');
      return Promise.resolve(named(items));
    }, LARGE);
    await expect(queue.add(1, 1)).rejects.toThrow('synchronous');
    expect(await queue.add(2, 1)).toBe('result of 2');
  });
});

describe('a batch queue at its limits', () => {
  it('rejects items beyond the limit on their number, which includes items being processed', async () => {
    const worker = manualWorker();
    const queue = queueOf(worker.work, { items: 3, bytes: 1_000 });
    const all = [queue.add(1, 1)];
    const first = await worker.batch(0);
    all.push(queue.add(2, 1));
    expect(queue.isFull).toBe(false);
    all.push(queue.add(3, 1));
    expect([queue.isFull, queue.depth]).toEqual([true, 3]);
    await expect(queue.add(4, 1)).rejects.toBeInstanceOf(QueueFullError);
    expect(queue.depth).toBe(3);

    first.done(named(first.items));
    const second = await worker.batch(1);
    expect([queue.isFull, queue.depth]).toEqual([false, 2]);
    second.done(named(second.items));
    expect(await Promise.all(all)).toEqual(named([1, 2, 3]));
  });

  it('rejects items beyond the limit on bytes, and accepts items again when results are delivered', async () => {
    const worker = manualWorker();
    const queue = queueOf(worker.work, { items: 1_000, bytes: 100 });
    const all = [queue.add(1, 60)];
    const first = await worker.batch(0);
    expect(queue.isFull).toBe(false);
    all.push(queue.add(2, 60));
    expect([queue.isFull, queue.depth]).toEqual([true, 2]);
    await expect(queue.add(3, 1)).rejects.toBeInstanceOf(QueueFullError);

    first.done(named(first.items));
    const second = await worker.batch(1);
    expect(second.items).toEqual([2]);
    expect(queue.isFull).toBe(false);
    all.push(queue.add(4, 40));
    expect(queue.isFull).toBe(true);
    second.done(named(second.items));
    const third = await worker.batch(2);
    third.done(named(third.items));
    expect(await Promise.all(all)).toEqual(named([1, 2, 4]));
  });

  it('accepts items again after the items of a failed batch and waiting items were rejected', async () => {
    const worker = manualWorker();
    const queue = queueOf(worker.work, { items: 2, bytes: 100 });
    const all = [queue.add(1, 50)];
    const first = await worker.batch(0);
    all.push(queue.add(2, 50));
    expect(queue.isFull).toBe(true);
    first.fail(UNAVAILABLE);
    await Promise.allSettled(all);
    expect([queue.isFull, queue.depth]).toEqual([false, 0]);
  });
});
