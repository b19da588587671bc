import { Inject, Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { webhooksConfig } from '../../../../config/namespaces/webhooks.config.js';
import { BacklogRepository, type Quarantine } from '../../../metrics/backlog/backlog.repository.js';
import { WebhookMetrics } from '../../../metrics/webhook-metrics.js';

/** How long a count of the database is used, with what this process has added since. */
const COUNT_MS = 5_000;
const TIMEOUT_MS = 800;
const WARNING_INTERVAL_MS = 60_000;

/** Whether a refused body may be kept. */
export type KeepRule = (body: Buffer) => boolean;

/**
 * Limits what is kept of webhooks that are refused with 400 or 409, so that a sender gone wrong cannot fill the disk. The
 * count is in memory: at most every five seconds, and only while webhooks are refused, it is read from the database. What
 * other instances add in between is not known, so several instances together may keep a little more.
 */
@Injectable()
export class QuarantineQuota implements OnApplicationBootstrap {
  private readonly logger = new Logger(QuarantineQuota.name);
  private readonly limits: Quarantine;
  private used = { rows: 0, bytes: 0 };
  private countedAt = Number.NEGATIVE_INFINITY;
  private isCounting = false;
  private warnedAt = Number.NEGATIVE_INFINITY;
  /** Not kept since the last warning. */
  private unkept = 0;

  constructor(
    private readonly backlog: BacklogRepository,
    private readonly metrics: WebhookMetrics,
    @Inject(webhooksConfig.KEY) { quarantine }: ConfigType<typeof webhooksConfig>,
  ) {
    this.limits = quarantine;
  }

  onApplicationBootstrap(): Promise<void> {
    return this.count();
  }

  /**
   * For work that may be repeated, such as a transaction.
   * @returns a rule that takes room for a body, or reports that there is none, when it is first asked about it; then it
   * gives the same answer. Bodies are told apart by identity, so that each delivery counts
   */
  decideOnce(): KeepRule {
    const decisions = new Map<Buffer, boolean>();
    return (body) => {
      const isKept = decisions.get(body) ?? this.take(body.length);
      decisions.set(body, isKept);
      return isKept;
    };
  }

  /** @returns whether a refused body of this length may be kept; if so, it is counted */
  take(bytes: number): boolean {
    if (performance.now() - this.countedAt > COUNT_MS) void this.count();
    if (this.used.rows + 1 > this.limits.rows || this.used.bytes + bytes > this.limits.bytes) {
      this.reportUnkept();
      return false;
    }
    this.used.rows += 1;
    this.used.bytes += bytes;
    return true;
  }

  /** Never throws: while the database does not answer, the last count holds. */
  private async count(): Promise<void> {
    if (this.isCounting) return;
    this.isCounting = true;
    const before = this.used;
    this.used = { ...before };
    try {
      const { rows, bytes } = await this.backlog.countQuarantine(TIMEOUT_MS);
      this.used.rows += rows - before.rows;
      this.used.bytes += bytes - before.bytes;
    } catch {
      // The gauges and the intake log that the database does not answer.
    }
    this.countedAt = performance.now();
    this.isCounting = false;
  }

  private reportUnkept(): void {
    this.metrics.notKept();
    this.unkept += 1;
    const now = performance.now();
    if (now - this.warnedAt < WARNING_INTERVAL_MS) return;
    const { rows, bytes } = this.limits;
    this.logger.warn(
      `The quarantine is full (WEBHOOK_QUARANTINE_MAX_ROWS ${rows}, WEBHOOK_QUARANTINE_MAX_MIB ${bytes / 1024 / 1024}): ` +
        `${this.unkept} refused webhooks since the last such line were answered but not kept. ` +
        'Correct the sender, then replay or discard what waits in /api/telephony/webhook-receipts?outcome=quarantined',
    );
    this.warnedAt = now;
    this.unkept = 0;
  }
}
