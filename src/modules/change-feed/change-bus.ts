import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Inject, Injectable, Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { messageOf } from '../../database/connect.js';
import { ChangeFeedMetrics } from '../metrics/change-feed-metrics.js';
import type { Change } from './change.js';
import { ChangeFeed } from './change-feed.js';
import { decodeMessage, encodeChange, encodeMessage } from './change-message.js';
import { GatheredChanges } from './gathered-changes.js';
import { ChangeTransport } from './transports/change-transport.js';
import { LastingConnection } from './transports/lasting-connection.js';

/** Ids that wait at most, some megabytes. Beyond, they are dropped, and the other instances read calls and tasks anew. */
const MOST_WAITING = 10_000;

/** Shortest time between two publications, in milliseconds: each wakes every instance, this one too with PostgreSQL. */
const PACE_MS = 20;

/** How long the shutdown waits until the last announcements are sent, in milliseconds. */
const LAST_MS = 1_000;

/**
 * Carries announcements between the instances. One publication is under way at a time, and a pause follows it; what
 * is announced meanwhile is gathered and merged, so that a busy instance sends few messages.
 */
@Injectable()
export class ChangeBus implements OnModuleInit, OnApplicationShutdown {
  private readonly logger = new Logger(ChangeFeed.name);
  /** Tells own messages from those of others. */
  private readonly instance = randomUUID();
  private readonly gathered = new GatheredChanges();
  /** Why the others have to be told that announcements were lost; null: none were. */
  private gap: string | null = null;
  private publishing: Promise<void> | null = null;
  private downSince: number | null = null;
  private readonly lasting: LastingConnection | null;
  private unsubscribe: () => void = () => undefined;
  private readonly stopping = new AbortController();

  /** @param transport null: there is no other instance */
  constructor(
    private readonly feed: ChangeFeed,
    @Inject(ChangeTransport) private readonly transport: ChangeTransport | null,
    private readonly metrics: ChangeFeedMetrics,
  ) {
    const greeting = encodeMessage(this.instance);
    this.lasting = transport === null ? null : new LastingConnection(transport, greeting, this);
  }

  /** The service serves before the transport answers, if that takes more than a moment. */
  async onModuleInit(): Promise<void> {
    if (this.lasting === null) return;
    this.metrics.watchUp(() => this.feed.isUp);
    this.unsubscribe = this.feed.onOwnChange((change) => this.tell(change));
    await this.lasting.open();
    if (this.lasting.connection === null && this.downSince === null) {
      this.onDown(new Error('It has not answered yet'));
    }
  }

  /** After the last request was answered. */
  async onApplicationShutdown(): Promise<void> {
    this.unsubscribe();
    this.stopping.abort();
    const { publishing } = this;
    if (publishing !== null) await Promise.race([publishing, delay(LAST_MS, undefined, { ref: false })]);
    this.lasting?.close();
  }

  onMessage(text: string): void {
    const message = decodeMessage(text);
    if (message === null) {
      this.metrics.message('unreadable');
      return;
    }
    const { from, gap, change } = message;
    const isGreeting = gap === undefined && change === undefined;
    if (from === this.instance || isGreeting) return;
    this.metrics.message('received');
    if (gap !== undefined) this.reportGap(gap);
    if (change !== undefined) this.feed.receive(change);
  }

  onUp(): void {
    this.feed.reportOutage(null);
    if (this.downSince !== null) {
      const seconds = Math.round((performance.now() - this.downSince) / 1000);
      this.downSince = null;
      this.logger.log(`${this.transport?.name} carries announcements again, after ${seconds} s`);
      this.reportGap(`${this.transport?.name} was away`);
    }
    this.publishSoon();
  }

  onDown(reason: unknown): void {
    const problem = messageOf(reason);
    this.feed.reportOutage(problem);
    if (this.downSince !== null) return;
    this.downSince = performance.now();
    this.logger.warn(
      `${this.transport?.name} carries no announcements to the other instances (${problem}): they see changes some seconds late`,
    );
  }

  private reportGap(why: string): void {
    this.metrics.gap();
    this.feed.reportGap(why);
  }

  private tell(change: Change): void {
    this.gather(change);
    this.publishSoon();
  }

  private gather(change: Change): void {
    this.gathered.add(change);
    if (this.gathered.size <= MOST_WAITING) return;
    this.metrics.dropped(this.gathered.size);
    this.gathered.dropIds();
    this.gap = `More announcements waited for ${this.transport?.name} than may: they were dropped`;
  }

  /** In a later turn of the event loop: what one turn commits is sent together, after its answers. */
  private publishSoon(): void {
    if (this.publishing !== null || this.lasting?.connection === null) return;
    this.publishing = new Promise<void>((resolve) => {
      setImmediate(() => void this.publish().finally(resolve));
    });
  }

  private async publish(): Promise<void> {
    for (;;) {
      const connection = this.lasting?.connection ?? null;
      if (this.transport === null || connection === null || (this.gathered.isEmpty && this.gap === null))
        break;
      const { gap } = this;
      const change = this.gathered.isEmpty ? null : this.gathered.take();
      this.gap = null;
      const messages = [
        ...(gap === null ? [] : [encodeMessage(this.instance, { gap })]),
        ...(change === null ? [] : encodeChange(this.instance, change, this.transport.maxBytes)),
      ];
      try {
        await connection.publish(messages);
        this.metrics.message('sent', messages.length);
        await delay(PACE_MS, undefined, { ref: false, signal: this.stopping.signal }).catch(() => undefined);
      } catch (error) {
        // Perhaps they were sent: an announcement that comes twice does no harm.
        this.gap ??= gap;
        if (change !== null) this.gather(change);
        this.lasting?.giveUp(connection, error);
      }
    }
    this.publishing = null;
  }
}
