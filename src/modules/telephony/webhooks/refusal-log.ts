import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import type { RefusalReason } from './webhook-counts.js';

const PERIOD_MS = 60_000;

type Verb = 'refused' | 'let pass that enforcing would refuse';

interface Sum {
  count: number;
  lastAddress: string;
}

/**
 * What was refused, in the log. The first of its kind is told at once, for whoever is setting up a sender; what follows
 * is summed up once a minute, so that a flood of forged requests cannot fill the disk.
 */
@Injectable()
export class RefusalLog implements OnApplicationShutdown {
  private readonly logger = new Logger('WebhookDoor');
  private readonly sums = new Map<string, Sum>();
  private period: NodeJS.Timeout | null = null;

  refused(reason: RefusalReason, address: string): void {
    this.add('refused', reason, address);
  }

  wouldBeRefused(reason: RefusalReason, address: string): void {
    this.add('let pass that enforcing would refuse', reason, address);
  }

  /** Tells what has not been told yet. */
  flush(): void {
    for (const [what, { count, lastAddress }] of this.sums) {
      if (count > 0) this.logger.warn(`Webhooks ${what}: ${count} more, the last from ${lastAddress}`);
    }
  }

  onApplicationShutdown(): void {
    if (this.period !== null) clearInterval(this.period);
    this.flush();
  }

  private add(verb: Verb, reason: RefusalReason, address: string): void {
    const what = `${verb} (${reason})`;
    const sum = this.sums.get(what);
    if (sum !== undefined) {
      sum.count += 1;
      sum.lastAddress = address;
      return;
    }
    this.sums.set(what, { count: 0, lastAddress: address });
    this.logger.warn(`Webhooks ${what}: one from ${address}`);
    this.period ??= setInterval(() => this.endPeriod(), PERIOD_MS).unref();
  }

  /** What was quiet for a whole period is news again. */
  private endPeriod(): void {
    this.flush();
    for (const [what, sum] of this.sums) {
      if (sum.count === 0) this.sums.delete(what);
      else sum.count = 0;
    }
  }
}
