import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { DataSource } from 'typeorm';
import { PeriodicJob } from '../../../common/periodic-job.js';
import { outageOf } from '../../../database/database-outage.js';
import { inTransaction } from '../../../database/transaction.js';
import { RecordingRepository } from '../recording.repository.js';
import { RecordingStore } from '../store/recording-store.js';
import { type CopySettings, COPY_SETTINGS } from './copy-settings.js';
import { PartialFiles } from './partial-files.js';

const INTERVAL_SECONDS = 60;

/** How often calls without the row of their recording are looked for. */
const TAKE_IN_MS = 3_600_000;

/** Rows of one transaction, and copies that are removed one after the other. */
const BATCH = 100;

/**
 * Removes copies: those that are older than RECORDING_RETENTION_DAYS, and those of erased customers. The row is first marked
 * `removing`, so that nobody plays the copy, then the copy is removed, then the row is `removed`. When the service dies in
 * between, the copy is removed again, which harms nothing.
 */
@Injectable()
export class RecordingRetention implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(RecordingRetention.name);
  private readonly job: PeriodicJob;
  private readonly partials: PartialFiles;
  private tookInAt = -Infinity;

  constructor(
    private readonly dataSource: DataSource,
    private readonly recordings: RecordingRepository,
    private readonly store: RecordingStore,
    @Inject(COPY_SETTINGS) private readonly settings: CopySettings,
  ) {
    this.partials = new PartialFiles(settings.folder);
    this.job = new PeriodicJob(
      RecordingRetention.name,
      INTERVAL_SECONDS,
      (signal) => this.removeDue(signal),
      outageOf(dataSource),
    );
  }

  onApplicationBootstrap(): void {
    if (this.settings.isScheduled) this.job.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.job.stop();
  }

  /** @returns how many copies were removed */
  async removeDue(signal?: AbortSignal): Promise<number> {
    await this.partials.removeOlderThan(2 * this.settings.limits.milliseconds);
    await this.takeInMissing();
    let removed = 0;
    for (;;) {
      const marked = await inTransaction(this.dataSource, (manager) =>
        manager.withRepository(this.recordings).markDueRemovals(this.settings.retentionDays, BATCH),
      );
      const count = await this.removeMarked();
      removed += count;
      if ((marked < BATCH && count < BATCH) || signal?.aborted === true) break;
    }
    if (removed > 0) this.logger.log(`Removed ${removed} copies of recordings`);
    return removed;
  }

  private async takeInMissing(): Promise<void> {
    const now = performance.now();
    if (now - this.tookInAt < TAKE_IN_MS) return;
    this.tookInAt = now;
    await this.recordings.takeInMissing();
  }

  /** One copy that cannot be removed keeps no other one. @returns how many were removed */
  private async removeMarked(): Promise<number> {
    let removed = 0;
    for (const { id, storageKey } of await this.recordings.removing(BATCH)) {
      try {
        if (storageKey !== null) await this.store.remove(storageKey);
        await this.recordings.markRemoved(id);
        removed += 1;
      } catch (error) {
        this.logger.error(`The copy of recording ${id} could not be removed, it is tried again`, error);
      }
    }
    return removed;
  }
}
