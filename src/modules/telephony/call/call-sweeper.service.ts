import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { PeriodicJob } from '../../../common/periodic-job.js';
import { AppConfig } from '../../../config/app-config.js';
import { inSession } from '../../../database/transaction.js';
import { WebhookMetrics } from '../../metrics/webhook-metrics.js';
import type { CallBook, CallWithFacts } from './call-book.js';
import { CallLedger, mentionOfCall } from './call-ledger.js';
import { recordFacts } from './call-recording.js';
import { CallRepository } from './call.repository.js';
import { inferredEndBy, type SweepRule } from './sweep-rules.js';

/** Most calls that are given up in one transaction. */
const LARGEST_SWEEP = 100;

/** A miss that is found out so late is history: nobody is to call back for it. */
const NEWS_HOURS = 24;

/**
 * Gives up calls that the PBX has forgotten: what it concludes is marked inferred, and yields to whatever the PBX still
 * reports. On several instances one sweeps at a time.
 */
@Injectable()
export class CallSweeper implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly job: PeriodicJob;

  constructor(
    private readonly dataSource: DataSource,
    private readonly calls: CallRepository,
    private readonly ledger: CallLedger,
    private readonly metrics: WebhookMetrics,
    private readonly config: AppConfig,
  ) {
    this.job = new PeriodicJob(CallSweeper.name, config.sweeper.intervalSeconds, () => this.sweepAll());
  }

  onApplicationBootstrap(): void {
    if (this.config.environment !== 'test') this.job.start();
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.job.stop();
  }

  /** @returns how many calls were given up */
  async sweepAll(): Promise<number> {
    let total = 0;
    for (;;) {
      const swept = await this.sweep();
      total += swept;
      if (swept < LARGEST_SWEEP) return total;
    }
  }

  private async sweep(): Promise<number> {
    const swept = await inSession(this.dataSource, async (session) => {
      if (!(await this.calls.lockSweep(session))) return [];
      const stale = await this.calls.findStale(session, this.config.sweeper.limits, LARGEST_SWEEP);
      if (stale.length === 0) return [];
      const now = new Date();
      const book = await this.ledger.open(
        session,
        stale.map(({ id }) => mentionOfCall(id, now)),
      );
      const given = stale.filter(({ id, version, rule }) => {
        const call = book.find((other) => other.id === id);
        // Something was heard of it between the look and the lock.
        if (call === null || call.version !== version) return false;
        giveUp(book, call, rule);
        return true;
      });
      await this.ledger.close(session, book);
      return given;
    });
    for (const { rule } of swept) this.metrics.swept(rule, 1);
    return swept.length;
  }
}

function giveUp(book: CallBook, call: CallWithFacts, rule: SweepRule): void {
  const inferredEnd = inferredEndBy(rule, call, book.now);
  const hours = (book.now.getTime() - (call.startedAt ?? call.createdAt).getTime()) / 3_600_000;
  if (hours > NEWS_HOURS && call.direction === 'inbound') {
    book.mark(call, 'missedTask', { at: inferredEnd.at, taskId: null });
  }
  recordFacts(book, call.id, { inferredEnd });
}
