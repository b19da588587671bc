import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { DataSource } from 'typeorm';
import { appConfig } from '../../../../../config/namespaces/app.config.js';
import type { ErrorDetail } from '../../../../../common/errors/domain-error.js';
import { PeriodicJob } from '../../../../../common/periodic-job.js';
import { isOutage, outageOf } from '../../../../../database/database-outage.js';
import { inTransaction } from '../../../../../database/transaction.js';
import { WebhookMetrics } from '../../../../metrics/webhook-metrics.js';
import { detailsOfFailure } from '../failure-details.js';
import { ReceiptReplay } from './receipt-replay.js';
import { type ClaimedReceipt, WebhookReceiptRepository } from './webhook-receipt.repository.js';

/** How often due receipts are looked for, in seconds. */
const INTERVAL_SECONDS = 1;

/** Retries before a receipt is dead. */
export const MAX_ATTEMPTS = 12;

/** Upper limit of the exponential backoff, in seconds. */
const MAX_BACKOFF_SECONDS = 300;

/**
 * Retries failed receipts with exponential backoff. An instance claims a receipt for 30 seconds and counts the attempt
 * before it starts. If the instance crashes, another one retries the receipt after the claim; a receipt that crashes
 * every instance becomes dead like any other.
 */
@Injectable()
export class ReceiptRetry implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(ReceiptRetry.name);
  private readonly job: PeriodicJob;

  constructor(
    private readonly dataSource: DataSource,
    private readonly receipts: WebhookReceiptRepository,
    private readonly replay: ReceiptReplay,
    private readonly metrics: WebhookMetrics,
    @Inject(appConfig.KEY) private readonly app: ConfigType<typeof appConfig>,
  ) {
    this.job = new PeriodicJob(
      ReceiptRetry.name,
      INTERVAL_SECONDS,
      (signal) => this.retryDue(signal),
      outageOf(dataSource),
    );
  }

  onApplicationBootstrap(): void {
    if (this.app.environment !== 'test') this.job.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.job.stop();
  }

  /** Retries all receipts that are due by the database's clock. @returns the number of retries */
  async retryDue(signal?: AbortSignal): Promise<number> {
    let retried = 0;
    for (;;) {
      // Claimed one by one, because the claim expires 30 seconds later.
      const receipt = await inTransaction(this.dataSource, (manager) =>
        manager.withRepository(this.receipts).claimDue(),
      );
      if (receipt === null) return retried;
      await this.retry(receipt);
      retried += 1;
      if (signal?.aborted === true) return retried;
    }
  }

  private async retry({ id, attempts, errorDetails }: ClaimedReceipt): Promise<void> {
    // The last attempt was counted but had no result: it crashed its instance.
    if (attempts > MAX_ATTEMPTS) return this.markDead(id, errorDetails);
    try {
      const { result, details } = await this.replay.replay(id, null);
      if (result === 'applied') this.metrics.retried('applied');
      if (result === 'refused') await this.updateFailed(id, 'quarantined', null, details);
    } catch (error) {
      // The database is unavailable: the receipt is due again when its claim expires. A statement timeout counts as a
      // failure of the receipt, because its own event may be the cause.
      if (isOutage(error)) throw error;
      await this.fail(id, attempts, error);
    }
  }

  private async fail(id: string, attempts: number, error: unknown): Promise<void> {
    const details = detailsOfFailure(error);
    if (attempts >= MAX_ATTEMPTS) return this.markDead(id, details);
    this.logger.warn(`Retry ${attempts} of ${MAX_ATTEMPTS} of receipt ${id} failed`, error);
    await this.updateFailed(id, 'failed', Math.min(2 ** attempts, MAX_BACKOFF_SECONDS), details);
    this.metrics.retried('failed');
  }

  private async markDead(id: string, details: ClaimedReceipt['errorDetails']): Promise<void> {
    const problem = details?.[0]?.problem ?? 'unknown reason';
    this.logger.error(
      `Receipt ${id} is dead: it failed again ${MAX_ATTEMPTS} times: ${problem}. Look at it in /api/telephony/webhook-receipts/${id}`,
    );
    await this.updateFailed(id, 'dead', null, details);
    this.metrics.retried('dead');
  }

  private updateFailed(
    id: string,
    outcome: 'failed' | 'dead' | 'quarantined',
    dueInSeconds: number | null,
    details: ErrorDetail[] | null,
  ): Promise<void> {
    return inTransaction(this.dataSource, (manager) =>
      manager.withRepository(this.receipts).updateFailed({ id, outcome, dueInSeconds, details }),
    );
  }
}
