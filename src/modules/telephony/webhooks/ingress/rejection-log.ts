import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Logger as Pino } from 'pino';
import { networkOf } from '../../../../common/cidr.js';
import type { RejectionReason } from './webhook-counters.js';

/** Bounds the disk that a flood of forged requests can fill: 20 lines a second on average. */
const LINES = { most: 100, ofOneNetwork: 75, periodMs: 5_000 };

/** Lines that were left out are summarised this long after the first of them. */
const SUMMARY_MS = 10_000;

/** Why a webhook is rejected. */
export interface Fault {
  readonly reason: RejectionReason;
  /** Name of the header that is wrong, or several names; null: no header is. Never a value. */
  readonly header: string | null;
  /** The sender's clock minus ours, of a timestamp that is not within the time window. */
  readonly skewSeconds?: number;
  /** Id of the key of a valid signature. */
  readonly keyId?: string;
}

/** What identifies the request in the log. */
export interface RejectedRequest {
  readonly requestId: string;
  readonly sourceAddress: string;
  readonly webhook: { readonly path: string };
}

interface LeftOut {
  readonly reason: RejectionReason;
  count: number;
  lastAddress: string;
}

/**
 * Logs rejected webhooks, one line each, so that each can be found by time, address or request id. The number of lines is
 * limited, in all and for one network, so that a flood can neither fill the disk nor hide the rejections of others; those
 * beyond it are summarised by reason.
 */
@Injectable()
export class RejectionLog implements OnApplicationShutdown {
  private log: Pino | null = null;
  private readonly lines = new Map<string, number>();
  private lineCount = 0;
  private periodEnds = 0;
  /** By the message of their line. */
  private readonly leftOut = new Map<string, LeftOut>();
  private summary: NodeJS.Timeout | null = null;

  /** Without a log nothing is written. */
  writeTo(log: Pino): void {
    this.log = log.child({ context: 'WebhookIngress' });
  }

  /** @param status of the response */
  rejected(fault: Fault, request: RejectedRequest, status: number): void {
    this.add('Webhook refused', fault, request, status);
  }

  /** Accepted in monitor mode; enforce mode would reject it. */
  wouldBeRejected(fault: Fault, request: RejectedRequest): void {
    this.add('Webhook accepted that enforce mode would refuse', fault, request);
  }

  onApplicationShutdown(): void {
    this.summarise();
  }

  private add(what: string, fault: Fault, request: RejectedRequest, status?: number): void {
    const { requestId, sourceAddress, webhook } = request;
    const { reason, header, skewSeconds, keyId } = fault;
    const message = `${what}: ${reason}`;
    if (!this.isWithinLimit(sourceAddress)) return this.leaveOut(message, reason, sourceAddress);
    this.log?.warn(
      {
        requestId,
        sourceAddress,
        route: webhook.path,
        ...(status !== undefined && { status }),
        reason,
        ...(header !== null && { header }),
        ...(skewSeconds !== undefined && { skewSeconds }),
        ...(keyId !== undefined && { keyId }),
      },
      message,
    );
  }

  private isWithinLimit(address: string): boolean {
    const now = Date.now();
    if (now >= this.periodEnds) {
      this.periodEnds = now + LINES.periodMs;
      this.lineCount = 0;
      this.lines.clear();
    }
    if (this.lineCount >= LINES.most) return false;
    const network = networkOf(address);
    const ofNetwork = this.lines.get(network) ?? 0;
    if (ofNetwork >= LINES.ofOneNetwork) return false;
    this.lineCount += 1;
    this.lines.set(network, ofNetwork + 1);
    return true;
  }

  private leaveOut(message: string, reason: RejectionReason, lastAddress: string): void {
    const entry = this.leftOut.get(message);
    if (entry === undefined) this.leftOut.set(message, { reason, count: 1, lastAddress });
    else {
      entry.count += 1;
      entry.lastAddress = lastAddress;
    }
    this.summary ??= setTimeout(() => this.summarise(), SUMMARY_MS).unref();
  }

  private summarise(): void {
    if (this.summary !== null) clearTimeout(this.summary);
    this.summary = null;
    for (const [message, { reason, count, lastAddress }] of this.leftOut) {
      this.log?.warn(
        { reason, count, sourceAddress: lastAddress },
        `${message}; ${count} more without a line of their own, the last from ${lastAddress}`,
      );
    }
    this.leftOut.clear();
  }
}
