import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { appConfig } from '../../config/namespaces/app.config.js';
import { PeriodicJob } from '../../common/periodic-job.js';
import { type DatabaseOutage, isOutage, outageOf } from '../../database/database-outage.js';
import { ChangeFeed } from '../change-feed/change-feed.js';
import { RevokedUsers } from '../auth/revoked-users.js';
import { RevokedUserRepository } from './revoked-user.repository.js';

/** How often the list is read again, in seconds: so long another instance may accept a withdrawn token when it is not told. */
const INTERVAL_SECONDS = 5;

/**
 * Clocks of the CRM and of the database may differ by this: a token that the CRM seems to have issued so shortly after the
 * revocation is refused too.
 */
const CLOCK_TOLERANCE_MS = 5_000;

/** A time of issue further ahead says nothing of when the token was issued. */
const FUTURE_TOLERANCE_MS = 60_000;

/**
 * The list of revoked users in memory, so that no request costs a query. While the database does not answer, the last list
 * holds: a user who was revoked stays so.
 */
@Injectable()
export class RevocationList
  extends RevokedUsers
  implements OnApplicationBootstrap, BeforeApplicationShutdown
{
  private readonly logger = new Logger(RevocationList.name);
  private readonly outage: DatabaseOutage;
  private readonly job: PeriodicJob;
  /** Times of revocation in milliseconds, by user id. */
  private revokedAt = new Map<number, number>();
  /** Incremented with every reading of the list, and with every change that this instance makes. */
  private changes = 0;
  private readonly listeners = new Set<() => void>();
  private readonly subscriptions: (() => void)[] = [];
  private renewing: Promise<void> = Promise.resolve();

  constructor(
    private readonly users: RevokedUserRepository,
    private readonly feed: ChangeFeed,
    @Inject(appConfig.KEY) private readonly app: ConfigType<typeof appConfig>,
  ) {
    super();
    this.outage = outageOf(users.manager.dataSource);
    this.job = new PeriodicJob(RevocationList.name, INTERVAL_SECONDS, () => this.refresh(), this.outage);
  }

  /** The service does not serve before it knows the list. */
  async onApplicationBootstrap(): Promise<void> {
    this.subscriptions.push(
      this.feed.onChange(({ revocations }) => revocations && this.renew()),
      this.feed.onGap(() => this.renew()),
    );
    await this.refresh();
    if (this.app.environment !== 'test') this.job.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    for (const unsubscribe of this.subscriptions) unsubscribe();
    await this.job.stop();
    await this.renewing;
  }

  isRevoked(userId: number, issuedAt: number | undefined): boolean {
    const revokedAt = this.revokedAt.get(userId);
    if (revokedAt === undefined) return false;
    if (issuedAt === undefined) return true;
    const issued = issuedAt * 1000;
    return issued < revokedAt + CLOCK_TOLERANCE_MS || issued > Date.now() + FUTURE_TOLERANCE_MS;
  }

  /** Applies a change that was committed. @param revokedAt null: the user is restored */
  apply(userId: number, revokedAt: Date | null): void {
    this.changes += 1;
    if (revokedAt === null) this.revokedAt.delete(userId);
    else this.revokedAt.set(userId, revokedAt.getTime());
    this.notify();
  }

  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  async refresh(): Promise<void> {
    this.changes += 1;
    const { changes } = this;
    const rows = await this.users.find();
    // A list that was read before a change of this instance was committed, or before a later list, would undo it.
    if (changes !== this.changes) return;
    this.revokedAt = new Map(rows.map(({ userId, revokedAt }) => [userId, revokedAt.getTime()]));
    this.notify();
  }

  private notify(): void {
    for (const listener of this.listeners) listener();
  }

  /** Does not wait for the next reading. */
  private renew(): void {
    this.renewing = this.refresh().catch((error: unknown) => {
      if (isOutage(error)) this.outage.failed(error);
      else this.logger.error('The list could not be read; it is read again in a moment', error);
    });
  }
}
