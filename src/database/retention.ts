import { type BeforeApplicationShutdown, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import type { DataSource, EntityManager, Repository, SelectQueryBuilder } from 'typeorm';
import { FIRST, type ListPosition } from '../common/http/list-position.js';
import { PeriodicJob } from '../common/periodic-job.js';
import { outageOf } from './database-outage.js';
import { inTransaction } from './transaction.js';

const INTERVAL_SECONDS = 3_600;

/** Rows per transaction, so that each transaction is short. */
const BATCH = 1_000;

interface RetentionSettings {
  readonly dataSource: DataSource;
  /** What is removed, such as `receipts`. */
  readonly what: string;
  readonly days: number;
  /** false: the job is not started. */
  readonly isScheduled: boolean;
  /** Removes at most `limit` rows that are older than this many days, and come after those that were examined before. */
  readonly remove: (
    manager: EntityManager,
    days: number,
    limit: number,
    after: ListPosition,
  ) => Promise<RemovedRows>;
}

/** What one transaction has removed. */
export interface RemovedRows {
  readonly removed: number;
  /** After which rows the run goes on; null: no rows are left. */
  readonly next: ListPosition | null;
}

/** A job that removes the old rows of one table, every hour. */
export abstract class Retention implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(this.constructor.name);
  private readonly job: PeriodicJob;

  protected constructor(private readonly settings: RetentionSettings) {
    this.job = new PeriodicJob(
      this.constructor.name,
      INTERVAL_SECONDS,
      (signal) => this.removeOld(signal),
      outageOf(settings.dataSource),
    );
  }

  onApplicationBootstrap(): void {
    if (this.settings.isScheduled) this.job.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.job.stop();
  }

  /** @returns the number of removed rows */
  async removeOld(signal?: AbortSignal): Promise<number> {
    const { dataSource, what, days, remove } = this.settings;
    let total = 0;
    for (let after = FIRST; ;) {
      const from = after;
      const { removed, next } = await inTransaction(dataSource, (manager) =>
        remove(manager, days, BATCH, from),
      );
      total += removed;
      if (next === null || signal?.aborted === true) break;
      after = next;
    }
    if (total > 0) this.logger.log(`Removed ${total} ${what} older than ${days} days`);
    return total;
  }
}

/**
 * Removes at most `limit` rows by their age. Rows that another transaction has locked are left for the next run.
 * @param rows query of the rows that may be removed
 * @param time property of the time by which they age
 * @returns also that there may be more: then again from the first on, because what was examined is removed
 */
export async function removeOlder<Row extends { readonly id: string }>(
  repository: Repository<Row>,
  rows: SelectQueryBuilder<Row>,
  { time, days, limit }: { readonly time: string; readonly days: number; readonly limit: number },
): Promise<RemovedRows> {
  const column = `${rows.alias}.${time}`;
  const old = await rows
    .select(`${rows.alias}.id`)
    .andWhere(`${column} < now() - make_interval(days => :days)`, { days })
    .orderBy(column)
    .limit(limit)
    .setLock('pessimistic_write')
    .setOnLocked('skip_locked')
    .getMany();
  if (old.length > 0) await repository.delete(old.map(({ id }) => id));
  return { removed: old.length, next: old.length < limit ? null : FIRST };
}
