import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { PeriodicJob } from '../../../common/periodic-job.js';
import { appConfig } from '../../../config/namespaces/app.config.js';
import { isDatabaseUnavailable } from '../../../database/database-error.js';
import { outageOf } from '../../../database/database-outage.js';
import { ChangeFeed } from '../../change-feed/change-feed.js';
import { ExtensionRepository, type ExtensionWithMembers } from './extension.repository.js';
import { extensionKey } from './timeline/extension-timeline.js';
import { ExtensionSeed } from './extension-seed.service.js';

/** How often the directory is read again, in seconds, in case an announcement of another instance was lost. */
const INTERVAL_SECONDS = 5;

/** Who holds which extension now, in memory: what is shown and proposed. Events are stamped from the table. */
@Injectable()
export class ExtensionDirectory implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(ExtensionDirectory.name);
  private readonly job: PeriodicJob;
  private readonly listeners = new Set<() => void>();
  private readonly subscriptions: (() => void)[] = [];
  private byExtension: ReadonlyMap<string, ExtensionWithMembers> = new Map();
  private reading: Promise<void> = Promise.resolve();

  constructor(
    private readonly extensions: ExtensionRepository,
    private readonly seed: ExtensionSeed,
    private readonly feed: ChangeFeed,
    @Inject(appConfig.KEY) private readonly app: ConfigType<typeof appConfig>,
  ) {
    this.job = new PeriodicJob(
      ExtensionDirectory.name,
      INTERVAL_SECONDS,
      () => this.refresh(),
      outageOf(extensions.manager.dataSource),
    );
  }

  /** The service does not serve before it knows the extensions of its configuration. */
  async onApplicationBootstrap(): Promise<void> {
    await this.seed.seed();
    await this.refresh();
    this.subscriptions.push(
      this.feed.onChange(({ extensions }) => extensions && this.refreshSoon()),
      this.feed.onGap(() => this.refreshSoon()),
    );
    if (this.app.environment !== 'test') this.job.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    for (const unsubscribe of this.subscriptions) unsubscribe();
    await this.job.stop();
    await this.reading.catch(() => {});
  }

  /** The extensions that a user holds, the primary one first. */
  extensionsOf(userId: number): string[] {
    return [...this.byExtension.values()]
      .filter((row) => row.userId === userId)
      .sort((a, b) => Number(b.isPrimary) - Number(a.isPrimary))
      .map(({ extension }) => extension);
  }

  /** null: the user has none. */
  primaryOf(userId: number): string | null {
    for (const row of this.byExtension.values()) {
      if (row.userId === userId && row.isPrimary) return row.extension;
    }
    return null;
  }

  /** null: nobody holds it. */
  holderOf(extension: string): number | null {
    return this.byExtension.get(extensionKey(extension))?.userId ?? null;
  }

  /** The extensions at which a person may answer: all but the unattended ones. */
  listed(): ExtensionWithMembers[] {
    return [...this.byExtension.values()].filter(({ kind }) => kind !== 'unattended');
  }

  /** Called after each reading. @returns a function that ends the subscription */
  onRefresh(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Reads the table again, after a reading that is under way: that one may have begun before the last change. */
  refresh(): Promise<void> {
    this.reading = this.reading.catch(() => {}).then(() => this.read());
    return this.reading;
  }

  private async read(): Promise<void> {
    const rows = await this.extensions.findAll();
    this.byExtension = new Map(rows.map((row) => [row.extension, row]));
    for (const listener of this.listeners) listener();
  }

  private refreshSoon(): void {
    this.refresh().catch((error: unknown) => {
      // The periodic reading follows, and says that the database does not answer.
      if (!isDatabaseUnavailable(error)) this.logger.error('The extensions could not be read', error);
    });
  }
}
