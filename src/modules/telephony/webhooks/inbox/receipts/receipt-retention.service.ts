import {
  type BeforeApplicationShutdown,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { DataSource } from 'typeorm';
import { PeriodicJob } from '../../../../../common/periodic-job.js';
import { AppConfig } from '../../../../../config/app-config.js';
import { inSession } from '../../../../../database/transaction.js';
import { WebhookReceiptRepository } from './webhook-receipt.repository.js';

const INTERVAL_SECONDS = 3_600;

/** So many go in one transaction: short enough for nobody to notice. */
const BATCH = 1_000;

/**
 * Removes receipts that have served. They are kept for two days at least, and no signature is valid for so long: a
 * delivery that comes again is known as long as it can come. What waits for a decision is kept until there is one.
 */
@Injectable()
export class ReceiptRetention implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(ReceiptRetention.name);
  private readonly job = new PeriodicJob(ReceiptRetention.name, INTERVAL_SECONDS, (signal) =>
    this.removeOld(signal),
  );

  constructor(
    private readonly dataSource: DataSource,
    private readonly receipts: WebhookReceiptRepository,
    private readonly config: AppConfig,
  ) {}

  onApplicationBootstrap(): void {
    if (this.config.environment !== 'test') this.job.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.job.stop();
  }

  /** @returns how many went */
  async removeOld(signal?: AbortSignal): Promise<number> {
    const { retentionDays } = this.config.webhooks;
    let total = 0;
    for (;;) {
      const removed = await inSession(this.dataSource, (session) =>
        this.receipts.removeOlderThan(session, retentionDays, BATCH),
      );
      total += removed;
      if (removed < BATCH || signal?.aborted === true) break;
    }
    if (total > 0) this.logger.log(`Removed ${total} receipts older than ${retentionDays} days`);
    return total;
  }
}
