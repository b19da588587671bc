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
import { outageOf } from '../../../database/database-outage.js';
import { inTransaction } from '../../../database/transaction.js';
import { WebhookMetrics } from '../../metrics/webhook-metrics.js';
import { CallStore, keysOfCall } from './call-store.js';
import { applyFacts } from './domain/apply-event.js';
import { CallRepository, type StaleCall } from './call.repository.js';
import { inferredEndFor, isHistory } from './domain/sweep-rules.js';

/** Most calls that are closed in one transaction. */
const BATCH = 100;

/**
 * Closes calls whose end the PBX never reported. The inferred end is marked as such, and later reports of the PBX replace
 * it. Only one instance sweeps at a time.
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
    this.job = new PeriodicJob(
      CallSweeper.name,
      config.intervalSeconds,
      (signal) => this.sweepAll(signal),
      outageOf(dataSource),
    );
  }

  onApplicationBootstrap(): void {
    if (this.app.environment !== 'test') this.job.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.job.stop();
  }

  /** @returns how many calls were closed */
  async sweepAll(signal?: AbortSignal): Promise<number> {
    let total = 0;
    for (;;) {
      const swept = await this.sweep();
      total += swept;
      if (swept < BATCH || signal?.aborted === true) return total;
    }
  }

  private async sweep(): Promise<number> {
    const stale = await this.calls.findStale(this.config.limits, BATCH);
    if (stale.length === 0) return 0;
    try {
      return await this.close(stale);
    } catch (error) {
      if (isDatabaseUnavailable(error)) throw error;
      // A call that cannot be written must not block the others.
      return this.closeOneByOne(stale);
    }
  }

  private async closeOneByOne(stale: readonly StaleCall[]): Promise<number> {
    let swept = 0;
    for (const call of stale) {
      try {
        swept += await this.close([call]);
      } catch (error) {
        this.logger.error(`Call ${call.id} could not be closed`, error);
      }
    }
    return swept;
  }

  private async close(stale: readonly StaleCall[]): Promise<number> {
    const swept = await inTransaction(this.dataSource, async (manager) => {
      if (!(await manager.withRepository(this.calls).lockSweep())) return [];
      const now = new Date();
      const unitOfWork = await this.callStore.load(
        manager,
        stale.map(({ id }) => keysOfCall(id, now)),
      );
      const closed = stale.filter(({ id, version, rule }) => {
        const call = unitOfWork.find((other) => other.id === id);
        // The row changed after findStale() read it: an event arrived.
        if (call === null || call.version !== version) return false;
        if (isHistory(call, unitOfWork.now)) unitOfWork.markHistorical(call);
        applyFacts(unitOfWork, id, { inferredEnd: inferredEndFor(rule, call, unitOfWork.now) });
        return true;
      });
      await this.callStore.flush(manager, unitOfWork);
      return closed;
    });
    for (const { rule } of swept) this.metrics.swept(rule, 1);
    return swept.length;
  }
}
