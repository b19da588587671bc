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
import { PresenceService } from '../../agents/presence/presence.service.js';
import { NaturalBatches } from '../emitter/natural-batches.js';
import { LiveSockets } from './live-sockets.js';

/** A third of the time without a sign after which a user is offline, in seconds. */
const INTERVAL_SECONDS = 20;

/** Pause between two transactions for users who connect, in milliseconds: after a restart all of them do. */
const REST_MS = 250;

/** An open socket is a sign that its user is there. */
@Injectable()
export class PresenceSigns implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(PresenceSigns.name);
  private readonly job: PeriodicJob;
  private readonly batches = new NaturalBatches(
    () => this.giveSome(),
    () => REST_MS,
  );
  private readonly due = new Set<number>();

  constructor(
    private readonly sockets: LiveSockets,
    private readonly presence: PresenceService,
    dataSource: DataSource,
    @Inject(appConfig.KEY) private readonly app: ConfigType<typeof appConfig>,
  ) {
    this.job = new PeriodicJob(
      PresenceSigns.name,
      INTERVAL_SECONDS,
      () => this.giveAll(),
      outageOf(dataSource),
    );
  }

  onApplicationBootstrap(): void {
    if (this.app.environment !== 'test') this.job.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.job.stop();
    await this.batches.stop();
  }

  /** Of a user who connects: he must not have to wait for the job until he is shown. */
  give(userId: number): void {
    this.due.add(userId);
    this.batches.wake();
  }

  /** Of the users of all sockets of this instance. */
  giveAll(): Promise<void> {
    return this.presence.seen([
      ...new Set([...this.sockets.all()].map(({ data }) => data.session.agent.userId)),
    ]);
  }

  private async giveSome(): Promise<number> {
    const userIds = [...this.due];
    this.due.clear();
    try {
      await this.presence.seen(userIds);
    } catch (error) {
      // The job follows, and says that the database does not answer.
      if (!isDatabaseUnavailable(error)) this.logger.error('Signs of users could not be stored', error);
    }
    return userIds.length;
  }
}
