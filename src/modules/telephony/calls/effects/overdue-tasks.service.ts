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

/** Most ids of tasks that are read at once. */
const MOST_READ = 1000;

/** Most tasks that one transaction moves. */
const MOST_MOVED = 100;

/**
 * Moves the pending tasks of missed customers to the present day when a business day begins: the CRM's pages show a task
 * on its day only. The tasks that the CRM has made stay where it put them, and so stay overdue: they are never locked, and
 * looked up in the calls once. Several instances skip each other's rows.
 */
@Injectable()
export class OverdueTasks implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(OverdueTasks.name);
  private readonly job: PeriodicJob;
  /** The overdue tasks of the last run that the CRM has made: none becomes ours later. */
  private madeByCrm: ReadonlySet<number> = new Set();

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
    const ours: number[] = [];
    const madeByCrm = new Set<number>();
    let afterId: number | undefined = 0;
    while (afterId !== undefined) {
      const overdue: number[] = await this.tasks.findOverdue(afterId, MOST_READ);
      const made = new Set(await this.madeByUs(overdue));
      for (const id of overdue) {
        if (made.has(id)) ours.push(id);
        else madeByCrm.add(id);
      }
      afterId = signal?.aborted === true ? undefined : overdue.at(-1);
    }
    this.madeByCrm = madeByCrm;
    let moved = 0;
    for (let from = 0; from < ours.length; from += MOST_MOVED) {
      if (signal?.aborted === true) break;
      moved += await this.move(ours.slice(from, from + MOST_MOVED));
    }
    if (moved > 0) this.logger.log(`Moved ${moved} tasks of missed customers to this day`);
    return moved;
  }

  private async madeByUs(overdue: readonly number[]): Promise<number[]> {
    const unknown = overdue.filter((id) => !this.madeByCrm.has(id));
    return unknown.length === 0 ? [] : this.calls.tasksMadeFor(unknown);
  }

  private move(ids: readonly number[]): Promise<number> {
    return inTransaction(this.dataSource, (manager) => this.tasks.moveToToday(manager, ids));
  }
}
