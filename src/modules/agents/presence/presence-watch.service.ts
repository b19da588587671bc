import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { DataSource } from 'typeorm';
import { PeriodicJob } from '../../../common/periodic-job.js';
import { appConfig } from '../../../config/namespaces/app.config.js';
import { isDatabaseUnavailable } from '../../../database/database-error.js';
import { outageOf } from '../../../database/database-outage.js';
import { ChangeFeed } from '../../change-feed/change-feed.js';
import { PresenceService } from './presence.service.js';

/** How often all are looked at, in seconds: who gave no sign, and what an announcement that was lost would have told. */
const INTERVAL_SECONDS = 5;

/** Changes of calls within this time are looked at together, in milliseconds, and as much longer for each user of the last look. */
const GATHER_MS = 100;
const GATHER_EACH_MS = 5;

/** Longest such time, in milliseconds. */
const LONGEST_GATHER_MS = 1_000;

/** Looks who is on a call when calls change, and who has gone. */
@Injectable()
export class PresenceWatch implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(PresenceWatch.name);
  private readonly job: PeriodicJob;
  private readonly due = new Set<number>();
  private timer: NodeJS.Timeout | null = null;
  private gatherMs = GATHER_MS;
  private looking: Promise<void> = Promise.resolve();
  private unsubscribe: () => void = () => {};

  constructor(
    private readonly presence: PresenceService,
    private readonly feed: ChangeFeed,
    dataSource: DataSource,
    @Inject(appConfig.KEY) private readonly app: ConfigType<typeof appConfig>,
  ) {
    const settleAll = (): Promise<void> => this.presence.settleAll();
    this.job = new PeriodicJob(PresenceWatch.name, INTERVAL_SECONDS, settleAll, outageOf(dataSource));
  }

  onApplicationBootstrap(): void {
    // A call that another instance has written is looked at there, and by the job.
    this.unsubscribe = this.feed.onOwnChange(({ calls = [] }) =>
      this.gather(calls.flatMap(({ users }) => users)),
    );
    if (this.app.environment !== 'test') this.job.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.unsubscribe();
    if (this.timer !== null) clearTimeout(this.timer);
    await this.job.stop();
    await this.looking;
  }

  private gather(users: readonly number[]): void {
    if (users.length === 0) return;
    for (const user of users) this.due.add(user);
    this.timer ??= setTimeout(() => {
      this.timer = null;
      this.looking = this.looking.then(() => this.look());
    }, this.gatherMs).unref();
  }

  private async look(): Promise<void> {
    const users = [...this.due];
    this.due.clear();
    // Under load the intake goes before.
    this.gatherMs = Math.min(GATHER_MS + users.length * GATHER_EACH_MS, LONGEST_GATHER_MS);
    try {
      await this.presence.settle(users);
    } catch (error) {
      // The job looks again, and says that the database does not answer.
      if (!isDatabaseUnavailable(error))
        this.logger.error('The presence of users could not be settled', error);
    }
  }
}
