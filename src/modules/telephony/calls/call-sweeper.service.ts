import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { DataSource } from 'typeorm';
import { sweeperConfig } from '../../../config/namespaces/sweeper.config.js';
import { appConfig } from '../../../config/namespaces/app.config.js';
import { PeriodicJob } from '../../../common/periodic-job.js';
import { isDatabaseUnavailable } from '../../../database/database-error.js';
import { inTransaction } from '../../../database/transaction.js';
import { WebhookMetrics } from '../../metrics/webhook-metrics.js';
import type { CallWithFacts } from './domain/call-with-facts.js';
import { CallStore, keysOfCall } from './call-store.js';
import { applyFacts } from './domain/apply-event.js';
import { CallRepository, type StaleCall } from './call.repository.js';
import { inferredEndBy } from './domain/sweep-rules.js';

/** Most calls that are given up in one transaction. */
const LARGEST_SWEEP = 100;

/** What is found out so late is history: nobody is to call back for it. */
const NEWS_HOURS = 24;

/**
 * Gives up calls that the PBX has forgotten: what it concludes is marked inferred, and yields to whatever the PBX still
 * reports. On several instances one sweeps at a time.
 */
@Injectable()
export class CallSweeper implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(CallSweeper.name);
  private readonly job: PeriodicJob;

  constructor(
    private readonly dataSource: DataSource,
    private readonly calls: CallRepository,
    private readonly callStore: CallStore,
    private readonly metrics: WebhookMetrics,
    @Inject(sweeperConfig.KEY) private readonly config: ConfigType<typeof sweeperConfig>,
    @Inject(appConfig.KEY) private readonly app: ConfigType<typeof appConfig>,
  ) {
    this.job = new PeriodicJob(CallSweeper.name, config.intervalSeconds, (signal) => this.sweepAll(signal));
  }

  onApplicationBootstrap(): void {
    if (this.app.environment !== 'test') this.job.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.job.stop();
  }

  /** @returns how many calls were given up */
  async sweepAll(signal?: AbortSignal): Promise<number> {
    let total = 0;
    for (;;) {
      const swept = await this.sweep();
      total += swept;
      if (swept < LARGEST_SWEEP || signal?.aborted === true) return total;
    }
  }

  private async sweep(): Promise<number> {
    const stale = await this.calls.findStale(this.config.limits, LARGEST_SWEEP);
    if (stale.length === 0) return 0;
    try {
      return await this.giveUp(stale);
    } catch (error) {
      if (isDatabaseUnavailable(error)) throw error;
      // One of them cannot be written, and shall not keep the others.
      return this.giveUpOneByOne(stale);
    }
  }

  private async giveUpOneByOne(stale: readonly StaleCall[]): Promise<number> {
    let swept = 0;
    for (const call of stale) {
      try {
        swept += await this.giveUp([call]);
      } catch (error) {
        this.logger.error(`Call ${call.id} could not be given up`, error);
      }
    }
    return swept;
  }

  private async giveUp(stale: readonly StaleCall[]): Promise<number> {
    const swept = await inTransaction(this.dataSource, async (manager) => {
      if (!(await manager.withRepository(this.calls).lockSweep())) return [];
      const now = new Date();
      const unitOfWork = await this.callStore.load(
        manager,
        stale.map(({ id }) => keysOfCall(id, now)),
      );
      const given = stale.filter(({ id, version, rule }) => {
        const call = unitOfWork.find((other) => other.id === id);
        // Something was heard of it between the look and the lock.
        if (call === null || call.version !== version) return false;
        if (isHistory(call, unitOfWork.now)) unitOfWork.markHistorical(call);
        applyFacts(unitOfWork, id, { inferredEnd: inferredEndBy(rule, call, unitOfWork.now) });
        return true;
      });
      await this.callStore.flush(manager, unitOfWork);
      return given;
    });
    for (const { rule } of swept) this.metrics.swept(rule, 1);
    return swept.length;
  }
}

function isHistory(call: CallWithFacts, now: Date): boolean {
  const began = call.startedAt ?? call.createdAt;
  return now.getTime() - began.getTime() > NEWS_HOURS * 3_600_000;
}
