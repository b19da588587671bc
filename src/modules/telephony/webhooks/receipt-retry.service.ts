import {
  type BeforeApplicationShutdown,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { DataSource } from 'typeorm';
import { PeriodicJob } from '../../../common/periodic-job.js';
import { maskNumbersIn } from '../../../common/phone-number.js';
import { AppConfig } from '../../../config/app-config.js';
import { isDatabaseAway } from '../../../database/database-error.js';
import { inSession } from '../../../database/transaction.js';
import { WebhookMetrics } from '../../metrics/webhook-metrics.js';
import { ReceiptReplay } from './receipt-replay.js';
import { type ClaimedReceipt, WebhookReceiptRepository } from './webhook-receipt.repository.js';

/** How often it looks whether something is due, in seconds. */
const INTERVAL_SECONDS = 1;

/** Most receipts that are tried in one go. */
const LARGEST_CLAIM = 20;

/** So often an event is tried again before it is given up. */
export const MOST_ATTEMPTS = 12;

/** Waiting times double from one second up to this, in seconds. */
const LONGEST_WAIT_SECONDS = 300;

/**
 * Tries events again that could not be applied. Whoever takes one has it to himself for half a minute: should he be
 * killed over it, another takes it then, and an event that kills its worker is given up in the end.
 */
@Injectable()
export class ReceiptRetry implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(ReceiptRetry.name);
  private readonly job = new PeriodicJob(ReceiptRetry.name, INTERVAL_SECONDS, () => this.retryDue());

  constructor(
    private readonly dataSource: DataSource,
    private readonly receipts: WebhookReceiptRepository,
    private readonly replay: ReceiptReplay,
    private readonly metrics: WebhookMetrics,
    private readonly config: AppConfig,
  ) {}

  onApplicationBootstrap(): void {
    if (this.config.environment !== 'test') this.job.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.job.stop();
  }

  /** Tries what is due by the database's clock. @returns how many were tried */
  async retryDue(): Promise<number> {
    const claimed = await inSession(this.dataSource, (session) =>
      this.receipts.claimDue(session, LARGEST_CLAIM),
    );
    for (const receipt of claimed) await this.retry(receipt);
    return claimed.length;
  }

  private async retry({ id, attempts }: ClaimedReceipt): Promise<void> {
    try {
      const { result, details } = await this.replay.replay(id, null);
      if (result === 'refused') await this.putAside(id, 'quarantined', null, details);
      this.metrics.retried('applied');
    } catch (error) {
      // It is nobody's fault but the database's, and due again when its half minute is over.
      if (isDatabaseAway(error)) throw error;
      await this.fail(id, attempts, error);
    }
  }

  private async fail(id: string, attempts: number, error: unknown): Promise<void> {
    const problem = maskNumbersIn(error instanceof Error ? error.message : String(error)).slice(0, 500);
    const details = [{ field: '(event)', problem }];
    if (attempts >= MOST_ATTEMPTS) {
      this.logger.error(
        `Receipt ${id} is dead: tried again ${attempts} times in vain. Look at it in /api/telephony/webhook-receipts/${id}`,
        error,
      );
      await this.putAside(id, 'dead', null, details);
      this.metrics.retried('dead');
      return;
    }
    this.logger.warn(`Receipt ${id} failed again, ${attempts} of ${MOST_ATTEMPTS}: ${problem}`);
    await this.putAside(id, 'failed', Math.min(2 ** attempts, LONGEST_WAIT_SECONDS), details);
    this.metrics.retried('failed');
  }

  private putAside(
    id: string,
    outcome: 'failed' | 'dead' | 'quarantined',
    dueInSeconds: number | null,
    details: ClaimedReceipt['errorDetails'],
  ): Promise<void> {
    return inSession(this.dataSource, (session) => {
      this.receipts.putAside(session, { id, outcome, dueInSeconds, details });
      return Promise.resolve();
    });
  }
}
