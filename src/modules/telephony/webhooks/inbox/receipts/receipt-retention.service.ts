import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { DataSource } from 'typeorm';
import { webhooksConfig } from '../../../../../config/namespaces/webhooks.config.js';
import { appConfig } from '../../../../../config/namespaces/app.config.js';
import { PeriodicJob } from '../../../../../common/periodic-job.js';
import { outageOf } from '../../../../../database/database-outage.js';
import { inTransaction } from '../../../../../database/transaction.js';
import { WebhookReceiptRepository } from './webhook-receipt.repository.js';

const INTERVAL_SECONDS = 3_600;

/** Receipts per transaction, so that each transaction is short. */
const BATCH = 1_000;

/**
 * Removes old receipts that are applied, ignored or discarded. Retention is at least two days, longer than any signature
 * is valid, so that every signed delivery that can be repeated is still recognised as a duplicate.
 */
@Injectable()
export class ReceiptRetention implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(ReceiptRetention.name);
  private readonly job: PeriodicJob;

  constructor(
    private readonly dataSource: DataSource,
    private readonly receipts: WebhookReceiptRepository,
    @Inject(webhooksConfig.KEY) private readonly config: ConfigType<typeof webhooksConfig>,
    @Inject(appConfig.KEY) private readonly app: ConfigType<typeof appConfig>,
  ) {
    this.job = new PeriodicJob(
      ReceiptRetention.name,
      INTERVAL_SECONDS,
      (signal) => this.removeOld(signal),
      outageOf(dataSource),
    );
  }

  onApplicationBootstrap(): void {
    if (this.app.environment !== 'test') this.job.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.job.stop();
  }

  /** @returns the number of removed receipts */
  async removeOld(signal?: AbortSignal): Promise<number> {
    const { retentionDays } = this.config;
    let total = 0;
    for (;;) {
      const removed = await inTransaction(this.dataSource, (manager) =>
        manager.withRepository(this.receipts).removeOlderThan(retentionDays, BATCH),
      );
      total += removed;
      if (removed < BATCH || signal?.aborted === true) break;
    }
    if (total > 0) this.logger.log(`Removed ${total} receipts older than ${retentionDays} days`);
    return total;
  }
}
