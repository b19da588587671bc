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
import { isDatabaseUnavailable } from '../../../../../database/database-error.js';
import { inTransaction, sqlStateOf } from '../../../../../database/transaction.js';
import { WebhookMetrics } from '../../../../metrics/webhook-metrics.js';
import { detailsOfFailure } from '../failure-details.js';
import { ReceiptReplay } from './receipt-replay.js';
import { type ClaimedReceipt, WebhookReceiptRepository } from './webhook-receipt.repository.js';

/** How often it looks whether something is due, in seconds. */
const INTERVAL_SECONDS = 1;

/** SQLSTATE of a statement that was given up. */
const STATEMENT_TIMEOUT = '57014';

/** So often an event is tried again before it is given up. */
export const MAX_ATTEMPTS = 12;

/** Waiting times double from one second up to this, in seconds. */
const LONGEST_WAIT_SECONDS = 300;

/**
 * Tries events again that could not be applied. Whoever takes one has it to himself for half a minute: should he be
 * killed over it, another takes it then, and an event that kills its worker is given up in the end.
 */
@Injectable()
export class ReceiptRetry implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(ReceiptRetry.name);
  private readonly job = new PeriodicJob(ReceiptRetry.name, INTERVAL_SECONDS, (signal) =>
    this.retryDue(signal),
  );

  constructor(
    private readonly dataSource: DataSource,
    private readonly receipts: WebhookReceiptRepository,
    private readonly replay: ReceiptReplay,
    private readonly metrics: WebhookMetrics,
    @Inject(appConfig.KEY) private readonly app: ConfigType<typeof appConfig>,
  ) {}

  onApplicationBootstrap(): void {
    if (this.app.environment !== 'test') this.job.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.job.stop();
  }

  /** Tries what is due by the database's clock. @returns how many were tried */
  async retryDue(signal?: AbortSignal): Promise<number> {
    let tried = 0;
    for (;;) {
      // One at a time: its half minute begins when it is tried.
      const receipt = await inTransaction(this.dataSource, (manager) =>
        manager.withRepository(this.receipts).claimDue(),
      );
      if (receipt === null) return tried;
      await this.retry(receipt);
      tried += 1;
      if (signal?.aborted === true) return tried;
    }
  }

  private async retry({ id, attempts, errorDetails }: ClaimedReceipt): Promise<void> {
    // Nobody told of its last try: it has killed its workers.
    if (attempts > MAX_ATTEMPTS) return this.markDead(id, errorDetails);
    try {
      const { result, details } = await this.replay.replay(id, null);
      if (result === 'applied') this.metrics.retried('applied');
      if (result === 'refused') await this.updateFailed(id, 'quarantined', null, details);
    } catch (error) {
      // It is nobody's fault but the database's, and due again when its half minute is over. A statement that takes too
      // long may be this very event's.
      if (isDatabaseUnavailable(error) && sqlStateOf(error) !== STATEMENT_TIMEOUT) throw error;
      await this.fail(id, attempts, error);
    }
  }

  private async fail(id: string, attempts: number, error: unknown): Promise<void> {
    const details = detailsOfFailure(error);
    if (attempts >= MAX_ATTEMPTS) return this.markDead(id, details);
    this.logger.warn(`Receipt ${id} failed again, ${attempts} of ${MAX_ATTEMPTS}`, error);
    await this.updateFailed(id, 'failed', Math.min(2 ** attempts, LONGEST_WAIT_SECONDS), details);
    this.metrics.retried('failed');
  }

  private async markDead(id: string, details: ClaimedReceipt['errorDetails']): Promise<void> {
    const problem = details?.[0]?.problem ?? 'nobody knows why';
    this.logger.error(
      `Receipt ${id} is dead, tried again ${MAX_ATTEMPTS} times in vain: ${problem}. Look at it in /api/telephony/webhook-receipts/${id}`,
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
    return this.receipts.updateFailed({ id, outcome, dueInSeconds, details });
  }
}
