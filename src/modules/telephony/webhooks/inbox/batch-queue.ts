import { setImmediate as nextTurn } from 'node:timers/promises';

/** Most items that are worked on together. */
const MAX_BATCH = 256;

/** While PostgreSQL has the one, Node.js can work on the other. */
const WORKERS = 2;
/** Fewer are quicker off with the next batch of who is at it: what a transaction costs at all is shared by more. */
const SECOND_WORKER_AT = 24;

export interface QueueLimits {
  /** Most items that may be here at once, those that are worked on among them. */
  readonly items: number;
  /** Most bytes that they may hold. */
  readonly bytes: number;
}

/** Thrown to whoever comes when as many are here as may be. */
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
 * Works on what waits in natural batches: whenever a worker is free it takes all there is, in the order it came. Nobody
 * waits for a timer, and the busier it gets, the larger the batches. Two batches may be under way at once.
 */
export class BatchQueue<T, R> {
  private waiting: Waiting<T, R>[] = [];
  private readonly held = { items: 0, bytes: 0 };
  private working = 0;

  /**
   * @param work gives a result for each item, in their order; if it throws, it throws to all of them
   * @param concernsAll whether what it threw would be thrown to those that wait as well, only later
   */
  constructor(
    private readonly work: (items: T[]) => Promise<R[]>,
    readonly limits: QueueLimits,
    private readonly concernsAll: (reason: unknown) => boolean,
  ) {}

  /** Items that have no result yet. */
  get depth(): number {
    return this.held.items;
  }

  get isFull(): boolean {
    return this.held.items >= this.limits.items || this.held.bytes >= this.limits.bytes;
  }

  /** @throws QueueFullError */
  add(item: T, bytes: number): Promise<R> {
    if (this.isFull) return Promise.reject(new QueueFullError());
    this.held.items += 1;
    this.held.bytes += bytes;
    return new Promise<R>((resolve, reject) => {
      this.waiting.push({ item, bytes, resolve, reject });
      if (this.isWorkerWanted(this.working)) void this.workAll();
    });
  }

  /** @param others workers that are at it */
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
        const told = [...batch, ...(this.concernsAll(error) ? this.waiting.splice(0) : [])];
        this.release(told);
        for (const { reject } of told) reject(error);
      }
    }
    this.working -= 1;
  }

  private release(answered: readonly Waiting<T, R>[]): void {
    this.held.items -= answered.length;
    for (const { bytes } of answered) this.held.bytes -= bytes;
  }

  /**
   * Those that were answered last are coming back: as long as a turn of the event loop brings some of them, they are
   * waited for and join.
   */
  private async gather(): Promise<void> {
    let before: number;
    do {
      before = this.waiting.length;
      await nextTurn();
    } while (this.waiting.length > before && before < MAX_BATCH);
  }
}
