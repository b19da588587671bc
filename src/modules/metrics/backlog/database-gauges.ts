import { setTimeout as delay } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type DatabaseOutage, isOutage, outageOf } from '../../../database/database-outage.js';
import { WebhookMetrics } from '../webhook-metrics.js';
import { type Backlog, BacklogRepository } from './backlog.repository.js';

/** A reading is cached for this long, so that frequent scrapes do not load the database. */
const CACHE_MS = 1_000;
/** Longest wait for a reading. */
const TIMEOUT_MS = 800;
/** A reading that takes longer is treated as lost: its connection is dead without having been closed. */
const LOST_MS = 15_000;

interface PendingReading {
  readonly since: number;
  readonly result: Promise<Backlog | null>;
}

/** Reads the backlog from the database: one query at a time, with a timeout below a second. */
@Injectable()
export class DatabaseGauges {
  private readonly logger = new Logger(DatabaseGauges.name);
  private latest: { readonly at: number; readonly backlog: Backlog | null } | null = null;
  private pending: PendingReading | null = null;

  private readonly outage: DatabaseOutage;

  constructor(
    private readonly repository: BacklogRepository,
    dataSource: DataSource,
    private readonly webhooks: WebhookMetrics,
  ) {
    this.outage = outageOf(dataSource);
  }

  /** At most a second old. null: the database does not answer, or not in time. Never throws. */
  async read(): Promise<Backlog | null> {
    const now = performance.now();
    if (this.latest !== null && now - this.latest.at < CACHE_MS) return this.latest.backlog;
    if (this.pending === null || now - this.pending.since > LOST_MS) this.pending = this.startReading(now);
    const timeout = new AbortController();
    try {
      return await Promise.race([
        this.pending.result,
        delay(TIMEOUT_MS, null, { signal: timeout.signal }).catch(() => null),
      ]);
    } finally {
      timeout.abort();
    }
  }

  private startReading(since: number): PendingReading {
    const reading: PendingReading = {
      since,
      result: this.count().then((backlog) => this.keepReading(reading, backlog)),
    };
    return reading;
  }

  private keepReading(reading: PendingReading, backlog: Backlog | null): Backlog | null {
    if (this.pending === reading) this.pending = null;
    this.latest = { at: performance.now(), backlog };
    return backlog;
  }

  private async count(): Promise<Backlog | null> {
    try {
      const backlog = await this.repository.count(TIMEOUT_MS, this.webhooks.lastHeardAt());
      this.outage.answered();
      return backlog;
    } catch (error) {
      if (isOutage(error)) this.outage.failed(error);
      else if (this.latest?.backlog !== null) this.logger.warn('The backlog could not be counted', error);
      return null;
    }
  }
}
