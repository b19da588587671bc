import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { DataSource } from 'typeorm';
import { PeriodicJob } from '../../../common/periodic-job.js';
import { appConfig } from '../../../config/namespaces/app.config.js';
import { outageOf } from '../../../database/database-outage.js';
import { inTransaction } from '../../../database/transaction.js';
import { FiguresRepository } from './figures.repository.js';

const INTERVAL_SECONDS = 2;

/** Closes days, and builds the figures of closed days that are marked. Only one instance does so at a time. */
@Injectable()
export class Rollup implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly job: PeriodicJob;

  constructor(
    private readonly dataSource: DataSource,
    private readonly figures: FiguresRepository,
    @Inject(appConfig.KEY) private readonly app: ConfigType<typeof appConfig>,
  ) {
    this.job = new PeriodicJob(
      Rollup.name,
      INTERVAL_SECONDS,
      (signal) => this.run(signal),
      outageOf(dataSource),
    );
  }

  onApplicationBootstrap(): void {
    if (this.app.environment !== 'test') this.job.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.job.stop();
  }

  /** @returns how many days were built */
  async run(signal?: AbortSignal): Promise<number> {
    for (let built = 0; ; built += 1) {
      if (signal?.aborted === true || !(await this.buildNewest())) return built;
    }
  }

  /** One day in a transaction. @returns false when there is none, or another instance builds */
  private buildNewest(): Promise<boolean> {
    return inTransaction(this.dataSource, async (manager) => {
      if (!(await this.figures.lock(manager))) return false;
      await this.figures.close(manager);
      const day = await this.figures.newestMarked(manager);
      if (day === null) return false;
      await this.figures.build(manager, day);
      return true;
    });
  }
}
