import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import type { RejectionReason } from './webhook-counters.js';

const PERIOD_MS = 60_000;
const REJECTED = 'rejected';
const UNENFORCED = 'accepted that enforce mode would reject';

interface RejectionCount {
  /** Rejections since the last log line. */
  count: number;
  lastAddress: string;
}

/**
 * Logs rejected webhooks. The first one of each reason is logged at once, to help set up a sender; further ones are
 * summarised once a minute, so that a flood of forged requests cannot fill the disk.
 */
@Injectable()
export class RejectionLog implements OnApplicationShutdown {
  private readonly logger = new Logger('WebhookIngress');
  private readonly rejections = new Map<RejectionReason, RejectionCount>();
  private readonly unenforced = new Map<RejectionReason, RejectionCount>();
  private period: NodeJS.Timeout | null = null;

  rejected(reason: RejectionReason, address: string): void {
    this.add(this.rejections, REJECTED, reason, address);
  }

  /** Accepted in monitor mode; enforce mode would reject it. */
  wouldBeRejected(reason: RejectionReason, address: string): void {
    this.add(this.unenforced, UNENFORCED, reason, address);
  }

  onApplicationShutdown(): void {
    if (this.period !== null) clearInterval(this.period);
    this.endPeriod();
  }

  private add(
    counts: Map<RejectionReason, RejectionCount>,
    what: string,
    reason: RejectionReason,
    address: string,
  ): void {
    const entry = counts.get(reason);
    if (entry !== undefined) {
      entry.count += 1;
      entry.lastAddress = address;
      return;
    }
    counts.set(reason, { count: 0, lastAddress: address });
    this.logger.warn(`Webhook ${what} (${reason}), from ${address}`);
    this.period ??= setInterval(() => this.endPeriod(), PERIOD_MS).unref();
  }

  private endPeriod(): void {
    this.summarise(this.rejections, REJECTED);
    this.summarise(this.unenforced, UNENFORCED);
  }

  /** A reason that did not occur for a whole period is logged at once the next time. */
  private summarise(counts: Map<RejectionReason, RejectionCount>, what: string): void {
    for (const [reason, entry] of counts) {
      if (entry.count === 0) {
        counts.delete(reason);
      } else {
        this.logger.warn(
          `${entry.count} more webhooks ${what} (${reason}), the last from ${entry.lastAddress}`,
        );
        entry.count = 0;
      }
    }
  }
}
