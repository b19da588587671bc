import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import type { RejectionReason } from './webhook-counters.js';

const PERIOD_MS = 60_000;
const LET_PASS = 'let pass that enforcing would refuse';

interface Sum {
  /** Since it was last told. */
  count: number;
  lastAddress: string;
}

/**
 * What was refused, in the log. The first of its kind is told at once, for whoever is setting up a sender; what follows
 * is summed up once a minute, so that a flood of forged requests cannot fill the disk.
 */
@Injectable()
export class RejectionLog implements OnApplicationShutdown {
  private readonly logger = new Logger('WebhookIngress');
  private readonly refusals = new Map<RejectionReason, Sum>();
  private readonly unenforced = new Map<RejectionReason, Sum>();
  private period: NodeJS.Timeout | null = null;

  rejected(reason: RejectionReason, address: string): void {
    this.add(this.refusals, 'refused', reason, address);
  }

  /** It was let pass, but would be refused if signatures were enforced. */
  wouldBeRejected(reason: RejectionReason, address: string): void {
    this.add(this.unenforced, LET_PASS, reason, address);
  }

  onApplicationShutdown(): void {
    if (this.period !== null) clearInterval(this.period);
    this.endPeriod();
  }

  private add(sums: Map<RejectionReason, Sum>, what: string, reason: RejectionReason, address: string): void {
    const sum = sums.get(reason);
    if (sum !== undefined) {
      sum.count += 1;
      sum.lastAddress = address;
      return;
    }
    sums.set(reason, { count: 0, lastAddress: address });
    this.logger.warn(`Webhook ${what} (${reason}), from ${address}`);
    this.period ??= setInterval(() => this.endPeriod(), PERIOD_MS).unref();
  }

  private endPeriod(): void {
    this.sumUp(this.refusals, 'refused');
    this.sumUp(this.unenforced, LET_PASS);
  }

  /** What was quiet for a whole period is news again. */
  private sumUp(sums: Map<RejectionReason, Sum>, what: string): void {
    for (const [reason, sum] of sums) {
      if (sum.count === 0) {
        sums.delete(reason);
      } else {
        this.logger.warn(`${sum.count} more webhooks ${what} (${reason}), the last from ${sum.lastAddress}`);
        sum.count = 0;
      }
    }
  }
}
