import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { Clock } from '../../../common/time/clock.js';
import { allLeftOut, type ReadableSources, readableSources } from './pop-parts.js';
import { ScreenPopRepository } from './screen-pop.repository.js';

/** How long what was found of the CRM's tables is relied on, in milliseconds. */
const FRESH_MS = 5 * 60_000;

/**
 * After a statement has failed, the tables are looked at again at the earliest so long after the last time, in
 * milliseconds.
 */
const RETRY_MS = 10_000;

const NOTHING: ReadableSources = { parts: new Map(), leftOut: allLeftOut('failed') };

/** Which of the CRM's tables this database has and the role of the service may read. */
@Injectable()
export class PopSources implements OnApplicationBootstrap {
  private readonly logger = new Logger(PopSources.name);
  private sources = NOTHING;
  private readAt = 0;
  private reading: Promise<void> | null = null;

  constructor(
    private readonly repository: ScreenPopRepository,
    private readonly clock: Clock,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    await this.refresh();
  }

  /** As they were found in the last minutes. Older findings are used once more while they are renewed. */
  current(): ReadableSources {
    this.refreshAfter(FRESH_MS);
    return this.sources;
  }

  /** A statement on these sources has failed: a table may be gone, or no longer readable. */
  reportFailure(): void {
    this.refreshAfter(RETRY_MS);
  }

  /** Looks at the tables again. Never throws: what was found before holds. */
  refresh(): Promise<void> {
    this.reading ??= this.read().finally(() => {
      this.reading = null;
    });
    return this.reading;
  }

  private refreshAfter(ageMs: number): void {
    if (this.clock.now().getTime() - this.readAt >= ageMs) void this.refresh();
  }

  private async read(): Promise<void> {
    this.readAt = this.clock.now().getTime();
    try {
      const sources = readableSources(await this.repository.findTables());
      if (describe(sources) !== describe(this.sources)) this.sources = sources;
    } catch (error) {
      this.logger.error('What the CRM keeps of customers could not be found out', error);
    }
  }
}

function describe({ parts, leftOut }: ReadableSources): string {
  return JSON.stringify([[...parts], leftOut]);
}
