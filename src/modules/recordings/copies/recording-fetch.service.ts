import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { DataSource } from 'typeorm';
import { maskNumbersIn } from '../../../common/phone-number.js';
import { PeriodicJob } from '../../../common/periodic-job.js';
import { isDatabaseUnavailable } from '../../../database/database-error.js';
import { outageOf } from '../../../database/database-outage.js';
import { inTransaction } from '../../../database/transaction.js';
import { RecordingStore, StoreAwayError } from '../store/recording-store.js';
import { type ClaimedRecording, RecordingRepository, type SetAside } from '../recording.repository.js';
import { download, type Download } from './download.js';
import { FetchError, isForbiddenForGood } from '../pbx/fetch-error.js';
import { secondsUntilRetry } from './fetch-schedule.js';
import { type CopySettings, COPY_SETTINGS } from './copy-settings.js';
import { PartialFiles } from './partial-files.js';
import { RecordingClient } from '../pbx/recording-client.js';
import { RecordingMetrics } from './recording-metrics.js';

/** How often due recordings are looked for, in seconds. */
const INTERVAL_SECONDS = 1;

/** Recordings that an instance fetches at once. */
const AT_ONCE = 2;

/** What is left of a claim when the deadline of its download has passed: for writing it to the store. */
const MARGIN_SECONDS = 60;

/** Until the next fetch, when the store did not take a copy. */
const STORE_RETRY_SECONDS = 300;

/** Hosts that the log names: anybody who can send a webhook may report more of them. */
const MOST_UNLISTED = 20;

/** Copies of which one has to be in the store, or it is not theirs: a few may have been removed by hand. */
const COPIES_LOOKED_FOR = 20;

/**
 * Fetches the copy of each recording that was reported. An instance claims a recording for longer than a fetch may take; if
 * the instance dies, another one fetches it after that.
 */
@Injectable()
export class RecordingFetch implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(RecordingFetch.name);
  private readonly jobs: readonly PeriodicJob[];
  private readonly partials: PartialFiles;
  private readonly unlisted = new Set<string>();

  constructor(
    private readonly dataSource: DataSource,
    private readonly recordings: RecordingRepository,
    private readonly client: RecordingClient,
    private readonly store: RecordingStore,
    private readonly metrics: RecordingMetrics,
    @Inject(COPY_SETTINGS) private readonly settings: CopySettings,
  ) {
    this.partials = new PartialFiles(settings.folder);
    this.jobs = Array.from(
      { length: AT_ONCE },
      () =>
        new PeriodicJob(
          RecordingFetch.name,
          INTERVAL_SECONDS,
          (signal) => this.fetchDue(signal),
          outageOf(dataSource),
        ),
    );
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.claimStore();
    await this.releaseListed();
    if (this.settings.isScheduled) for (const job of this.jobs) job.start();
  }

  private async claimStore(): Promise<void> {
    try {
      if (await this.isStoreOurs()) return;
      this.logger.error(
        'RECORDING_FOLDER has none of the copies that were stored last: is its disk mounted? Until it is, no recording is fetched or removed, and all are played from the PBX',
      );
    } catch (error) {
      if (isDatabaseUnavailable(error)) throw error;
      this.logger.error('Copies of recordings cannot be stored', error);
    }
  }

  private async isStoreOurs(): Promise<boolean> {
    return this.store.claim(await this.recordings.newestKeys(COPIES_LOOKED_FOR));
  }

  /**
   * A folder from before it was marked may have been mounted after the start.
   * @throws StoreAwayError
   */
  private async assertStoreThere(): Promise<void> {
    try {
      await this.store.assertThere();
    } catch (error) {
      if (!(error instanceof StoreAwayError) || !(await this.isStoreOurs())) throw error;
    }
  }

  /** Recordings that waited for another RECORDING_HOSTS. */
  private async releaseListed(): Promise<void> {
    const released = await this.recordings.releaseListed((url) => this.client.isListed(url));
    if (released > 0) this.logger.log(`${released} recordings are due now: their host is listed`);
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all(this.jobs.map((job) => job.stop()));
  }

  /** Fetches what is due, one after the other. @returns how many copies were stored */
  async fetchDue(signal: AbortSignal = new AbortController().signal): Promise<number> {
    let stored = 0;
    while (!signal.aborted) {
      const claimed = await this.claim();
      if (claimed === null) break;
      if ('hosts' in claimed) {
        this.tellUnlisted(claimed.hosts);
        continue;
      }
      if (await this.fetch(claimed, signal)) stored += 1;
    }
    return stored;
  }

  /** Each once: a PBX that names itself otherwise than RECORDING_HOSTS reports one with each call. */
  private tellUnlisted(hosts: readonly string[]): void {
    for (const host of hosts) {
      if (this.unlisted.has(host) || this.unlisted.size >= MOST_UNLISTED) continue;
      this.unlisted.add(host);
      this.logger.warn(
        `Recordings at ${maskNumbersIn(host)} are not fetched: it is not one of RECORDING_HOSTS`,
      );
    }
  }

  private claim(): Promise<ClaimedRecording | SetAside | null> {
    const { limits, retentionDays } = this.settings;
    const seconds = Math.ceil(limits.milliseconds / 1000) + MARGIN_SECONDS;
    return inTransaction(this.dataSource, (manager) =>
      manager
        .withRepository(this.recordings)
        .claimDue(seconds, retentionDays, (url) => this.client.isListed(url)),
    );
  }

  private async fetch(claimed: ClaimedRecording, signal: AbortSignal): Promise<boolean> {
    const { id, url } = claimed;
    try {
      await this.assertStoreThere();
      const file = await this.partials.pathFor(id);
      const copy = await download(this.client, { url, file, signal }, this.settings.limits);
      const key = keyOf(claimed, copy);
      await this.store.put(key, file, copy.contentType);
      const { size, sha256, contentType } = copy;
      const isWanted = await this.recordings.markStored(id, { size, sha256, contentType, storageKey: key });
      // Two fetches of one recording have one key: what the other one has stored stays.
      if (!isWanted && (await this.recordings.storageKeyOf(id)) !== key) await this.store.remove(key);
      this.metrics.fetched('stored');
      return isWanted;
    } catch (error) {
      if (signal.aborted) await this.recordings.giveBack(id, 'the service was stopped', 0);
      else await this.fail(claimed, error);
      return false;
    }
  }

  private async fail({ id, url, tries }: ClaimedRecording, error: unknown): Promise<void> {
    if (!(error instanceof FetchError)) {
      // The PBX has it: a store that is full or away uses up no try.
      this.logger.error(`Recording ${id} could not be stored`, error);
      await this.recordings.giveBack(id, 'it could not be stored', STORE_RETRY_SECONDS);
      this.metrics.fetched('failed');
      return;
    }
    const why = error.message;
    if (isForbiddenForGood(error, url)) {
      this.logger.error(`Recording ${id} may not be fetched: ${why}`);
      await this.recordings.setAside(id, why);
      this.metrics.fetched('failed');
      return;
    }
    const seconds = secondsUntilRetry(tries);
    if (seconds === null) this.logger.error(`Recording ${id} is given up after ${tries} tries: ${why}`);
    else this.logger.warn(`Recording ${id} could not be fetched (try ${tries}): ${why}`);
    await this.recordings.markFailed(id, why, seconds);
    this.metrics.fetched(seconds === null ? 'gone' : 'failed');
  }
}

/** From our own words: nothing of the URL becomes part of a path. */
function keyOf({ id, reportedAt }: ClaimedRecording, { extension }: Download): string {
  const day = reportedAt.toISOString().slice(0, 10).replaceAll('-', '/');
  return `${day}/${id}.${extension}`;
}
