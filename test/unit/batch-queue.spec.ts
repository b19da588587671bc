import {
  BatchQueue,
  QueueFullError,
  type QueueLimits,
} from '../../src/modules/telephony/webhooks/inbox/batch-queue.js';

const ROOMY = { items: 1_000, bytes: 1_000_000 };

/** A worker that takes its time: each batch waits until it is let go. */
function slowWorker() {
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
    /** The nth batch, counted from 0, as soon as it was taken. */
    async batch(nth: number) {
      while (batches.length <= nth) await new Promise<void>((resolve) => arrivals.push(resolve));
      const batch = batches[nth];
      if (batch === undefined) throw new Error('unreachable');
      return batch;
    },
  };
}

const AWAY = new Error('the database is away');

function queueOf(
  work: (items: number[]) => Promise<string[]>,
  limits: QueueLimits,
): BatchQueue<number, string> {
  return new BatchQueue(work, limits, (reason) => reason === AWAY);
}

const named = (items: readonly number[]): string[] => items.map((item) => `result of ${item}`);

describe('a queue that works in natural batches', () => {
  it('takes all that came in the same turn together, in their order, and gives each its own result', async () => {
    const taken: number[][] = [];
    const queue = queueOf((items) => {
      taken.push(items);
      return Promise.resolve(named(items));
    }, ROOMY);
    const results = await Promise.all([3, 1, 2].map((item) => queue.add(item, 1)));
    expect(taken).toEqual([[3, 1, 2]]);
    expect(results).toEqual(['result of 3', 'result of 1', 'result of 2']);
  });

  it('takes one alone without waiting for another', async () => {
    const queue = queueOf((items) => Promise.resolve(named(items)), ROOMY);
    expect(await queue.add(7, 1)).toBe('result of 7');
    expect(await queue.add(8, 1)).toBe('result of 8');
  });

  it('works on one batch at a time while few wait, and takes whatever came meanwhile next', async () => {
    const worker = slowWorker();
    const queue = queueOf(worker.work, ROOMY);
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

  it('works on a second batch beside the first as soon as enough wait for it, and on no third', async () => {
    const worker = slowWorker();
    const queue = queueOf(worker.work, ROOMY);
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

  it('waits for those who come back as long as each turn brings one', async () => {
    const worker = slowWorker();
    const queue = queueOf(worker.work, ROOMY);
    const all: Promise<string>[] = [];
    const comeBack = (item: number): void => {
      if (item < 4) setImmediate(() => comeBack(item + 1));
      all.push(queue.add(item, 1));
    };
    comeBack(1);
    const first = await worker.batch(0);
    expect(first.items).toEqual([1, 2, 3, 4]);
    first.done(named(first.items));
    expect(await Promise.all(all)).toEqual(named([1, 2, 3, 4]));
  });

  it('lets those join who come back in the turn in which they were answered', async () => {
    const worker = slowWorker();
    const queue = queueOf(worker.work, ROOMY);
    const again = [1, 2].map((item) => queue.add(item, 1).then(() => queue.add(item + 10, 1)));
    const first = await worker.batch(0);
    void queue.add(3, 1);
    first.done(named(first.items));
    const second = await worker.batch(1);
    expect(second.items).toEqual([3, 11, 12]);
    second.done(named(second.items));
    await Promise.all(again);
  });

  it('takes 256 at most together', async () => {
    const sizes: number[] = [];
    const queue = queueOf((items) => {
      sizes.push(items.length);
      return Promise.resolve(named(items));
    }, ROOMY);
    await Promise.all(Array.from({ length: 600 }, (_, item) => queue.add(item, 1)));
    expect(sizes).toEqual([256, 256, 88]);
  });

  it('throws what its work throws to nobody but the batch, if it is of no concern to those that wait', async () => {
    const worker = slowWorker();
    const queue = queueOf(worker.work, ROOMY);
    const all = [1, 2].map((item) => queue.add(item, 1));
    const first = await worker.batch(0);
    const waiting = queue.add(3, 1);
    first.fail(new Error('one of them is odd'));
    for (const outcome of await Promise.allSettled(all)) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { message: 'one of them is odd' } });
    }
    const second = await worker.batch(1);
    second.done(named(second.items));
    expect(await waiting).toBe('result of 3');
  });

  it('throws to all of a batch what its work throws, and to all that wait behind it, if it concerns them', async () => {
    const worker = slowWorker();
    const queue = queueOf(worker.work, ROOMY);
    const all = [1, 2].map((item) => queue.add(item, 1));
    const first = await worker.batch(0);
    all.push(queue.add(3, 1));
    first.fail(AWAY);
    for (const outcome of await Promise.allSettled(all)) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { message: 'the database is away' } });
    }
    const later = queue.add(4, 1);
    const second = await worker.batch(1);
    expect(second.items).toEqual([4]);
    second.done(named(second.items));
    expect(await later).toBe('result of 4');
  });

  it('goes on after it was idle, and after work that threw at once', async () => {
    let times = 0;
    const queue = queueOf((items) => {
      times += 1;
      if (times === 1) throw new Error('at once');
      return Promise.resolve(named(items));
    }, ROOMY);
    await expect(queue.add(1, 1)).rejects.toThrow('at once');
    expect(await queue.add(2, 1)).toBe('result of 2');
  });
});

describe('a queue with as many as may be there', () => {
  it('turns away who comes then, by their number, and counts those that are worked on', async () => {
    const worker = slowWorker();
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

  it('turns away by their bytes, and has room for as many again once they have their results', async () => {
    const worker = slowWorker();
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

  it('has room again for those whose work threw, and for those that waited behind them', async () => {
    const worker = slowWorker();
    const queue = queueOf(worker.work, { items: 2, bytes: 100 });
    const all = [queue.add(1, 50)];
    const first = await worker.batch(0);
    all.push(queue.add(2, 50));
    expect(queue.isFull).toBe(true);
    first.fail(AWAY);
    await Promise.allSettled(all);
    expect([queue.isFull, queue.depth]).toEqual([false, 0]);
  });
});
