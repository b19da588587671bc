import { setTimeout as delay } from 'node:timers/promises';
import { Injectable, Logger } from '@nestjs/common';
import { type Backlog, BacklogRepository } from './backlog.repository.js';

/** A reading is good for this long: nobody who asks often makes the database work often. */
const KEEP_MS = 1_000;
/** The longest wait for a reading. */
const TIMEOUT_MS = 800;
/** A reading that did not come by then never will: its connection is dead without having said so. */
const LOST_MS = 15_000;

interface PendingReading {
  readonly since: number;
  readonly result: Promise<Backlog | null>;
}

/** Reads what waits in the database: once at a time, and never longer than a second. */
@Injectable()
export class DatabaseGauges {
  private readonly logger = new Logger(DatabaseGauges.name);
  private latest: { readonly at: number; readonly backlog: Backlog | null } | null = null;
  private pending: PendingReading | null = null;

  constructor(private readonly repository: BacklogRepository) {}

  /** At most a second old. null: the database does not answer, or not in time. Never throws. */
  async read(): Promise<Backlog | null> {
    const now = performance.now();
    if (this.latest !== null && now - this.latest.at < KEEP_MS) return this.latest.backlog;
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
      return await this.repository.count(TIMEOUT_MS);
    } catch (error) {
      if (this.latest?.backlog !== null) this.logger.warn('The database does not answer', error);
      return null;
    }
  }
}
