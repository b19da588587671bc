import { setImmediate as nextTurn } from 'node:timers/promises';

/** Most items in one batch. */
const MAX_BATCH = 256;

/** Two, so that Node.js can prepare one batch while PostgreSQL executes the other. */
const WORKERS = 2;
/**
 * Waiting items that start the second worker. Fewer are faster in the next batch of the first worker, which shares the
 * fixed cost of a transaction among more items.
 */
const SECOND_WORKER_AT = 32;

export interface QueueLimits {
  /** Most items in the queue, including those in a batch that is being processed. */
  readonly items: number;
  /** Most bytes of these items. */
  readonly bytes: number;
}

/** Thrown by `add` when the queue has reached one of its limits. */
export class QueueFullError extends Error {
  override readonly name = 'QueueFullError';
}

interface Waiting<T, R> {
  readonly item: T;
  readonly bytes: number;
  readonly resolve: (result: R) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Processes items in batches without a timer: a free worker takes all waiting items, in order of arrival, so that batches
 * grow with the load. At most two batches are processed at once.
 */
export class BatchQueue<T, R> {
  private waiting: Waiting<T, R>[] = [];
  private readonly queued = { items: 0, bytes: 0 };
  private working = 0;

  /**
   * @param work returns one result per item, in order; an error rejects all items of the batch
   * @param concernsAll whether an error would also fail the waiting items; they are then rejected at once
   */
  constructor(
    private readonly work: (items: T[]) => Promise<R[]>,
    readonly limits: QueueLimits,
    private readonly concernsAll: (reason: unknown) => boolean,
  ) {}

  /** Number of items without a result, waiting or being processed. */
  get depth(): number {
    return this.queued.items;
  }

  get isFull(): boolean {
    return this.queued.items >= this.limits.items || this.queued.bytes >= this.limits.bytes;
  }

  /** @throws QueueFullError */
  add(item: T, bytes: number): Promise<R> {
    if (this.isFull) return Promise.reject(new QueueFullError());
    this.queued.items += 1;
    this.queued.bytes += bytes;
    return new Promise<R>((resolve, reject) => {
      this.waiting.push({ item, bytes, resolve, reject });
      if (this.isWorkerWanted(this.working)) void this.workAll();
    });
  }

  /** @param others number of other workers that are running */
  private isWorkerWanted(others: number): boolean {
    if (others === 0) return this.waiting.length > 0;
    return others < WORKERS && this.waiting.length >= SECOND_WORKER_AT;
  }

  private async workAll(): Promise<void> {
    this.working += 1;
    while (this.isWorkerWanted(this.working - 1)) {
      await this.gather();
      const batch = this.waiting.splice(0, MAX_BATCH);
      if (batch.length === 0) break;
      try {
        const results = await this.work(batch.map(({ item }) => item));
        this.release(batch);
        batch.forEach(({ resolve }, index) => resolve(results[index] as R));
      } catch (error) {
        const rejected = [...batch, ...(this.concernsAll(error) ? this.waiting.splice(0) : [])];
        this.release(rejected);
        for (const { reject } of rejected) reject(error);
      }
    }
    this.working -= 1;
  }

  private release(answered: readonly Waiting<T, R>[]): void {
    this.queued.items -= answered.length;
    for (const { bytes } of answered) this.queued.bytes -= bytes;
  }

  /**
   * Waits as long as each turn of the event loop adds items. Clients that just got their responses usually send their next
   * request at once, and those requests join this batch.
   */
  private async gather(): Promise<void> {
    let before: number;
    do {
      before = this.waiting.length;
      await nextTurn();
    } while (this.waiting.length > before && before < MAX_BATCH);
  }
}
