import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { DataSource } from 'typeorm';
import { PeriodicJob } from '../../../../common/periodic-job.js';
import { hasBusinessDayBegun } from '../../../../common/time/business-hours.js';
import { Clock } from '../../../../common/time/clock.js';
import { appConfig } from '../../../../config/namespaces/app.config.js';
import { telephonyConfig } from '../../../../config/namespaces/telephony.config.js';
import { outageOf } from '../../../../database/database-outage.js';
import { inTransaction } from '../../../../database/transaction.js';
import { CallTasksService } from '../../../crm/call-tasks/call-tasks.service.js';
import { CallRepository } from '../call.repository.js';

const INTERVAL_SECONDS = 60;

/** Most tasks that are looked at in one transaction. */
const BATCH = 100;

/**
 * Moves the pending tasks of missed customers to the present day when a business day begins: the CRM's pages show a task
 * on its day only. The tasks that the CRM has made stay where it put them. Several instances skip each other's rows.
 */
@Injectable()
export class OverdueTasks implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(OverdueTasks.name);
  private readonly job: PeriodicJob;

  constructor(
    private readonly dataSource: DataSource,
    private readonly tasks: CallTasksService,
    private readonly calls: CallRepository,
    private readonly clock: Clock,
    @Inject(telephonyConfig.KEY) private readonly config: ConfigType<typeof telephonyConfig>,
    @Inject(appConfig.KEY) private readonly app: ConfigType<typeof appConfig>,
  ) {
    this.job = new PeriodicJob(
      OverdueTasks.name,
      INTERVAL_SECONDS,
      (signal) => this.moveAll(signal),
      outageOf(dataSource),
    );
  }

  onApplicationBootstrap(): void {
    if (this.app.environment !== 'test') this.job.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.job.stop();
  }

  /** @returns how many tasks were moved */
  async moveAll(signal?: AbortSignal): Promise<number> {
    const { businessHours, businessTimeZone } = this.config;
    if (!hasBusinessDayBegun(businessHours, this.clock.now(), businessTimeZone)) return 0;
    let moved = 0;
    let afterId: number | null = 0;
    while (afterId !== null) {
      const batch: Batch = await this.moveBatch(afterId);
      moved += batch.moved;
      afterId = signal?.aborted === true ? null : batch.lastId;
    }
    if (moved > 0) this.logger.log(`Moved ${moved} tasks of missed customers to this day`);
    return moved;
  }

  private moveBatch(afterId: number): Promise<Batch> {
    return inTransaction(this.dataSource, async (manager) => {
      const overdue = await this.tasks.lockOverdue(manager, afterId, BATCH);
      const ours = overdue.length === 0 ? [] : await manager.withRepository(this.calls).tasksMadeFor(overdue);
      if (ours.length > 0) await this.tasks.moveToToday(manager, ours);
      return { moved: ours.length, lastId: overdue.at(-1) ?? null };
    });
  }
}

interface Batch {
  readonly moved: number;
  /** null: there are no further tasks. */
  readonly lastId: number | null;
}
