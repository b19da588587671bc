import { Injectable } from '@nestjs/common';
import { Counter, Registry } from 'prom-client';
import { DeferredCounterByLabel } from './deferred-counter.js';
import { addGauge, unlabelled } from './gauge.js';

const MESSAGE_RESULTS = ['sent', 'received', 'unreadable'] as const;
type MessageResult = (typeof MESSAGE_RESULTS)[number];

/** Metrics of what instances announce to each other. */
@Injectable()
export class ChangeFeedMetrics {
  private readonly messages: DeferredCounterByLabel;
  private readonly droppedIds: Counter;
  private readonly gaps: Counter;
  private isUp: (() => boolean) | null = null;

  constructor(registry: Registry) {
    addGauge(registry, {
      name: 'telephony_change_feed_up',
      help: 'Whether other instances can be told and heard; no sample if there are none.',
      read: () => unlabelled(this.isUp === null ? null : Number(this.isUp())),
    });
    const messages = {
      name: 'telephony_change_feed_messages_total',
      help: 'Messages between instances by result; each announces one or more changes.',
      label: 'result',
    };
    this.messages = new DeferredCounterByLabel(registry, messages, MESSAGE_RESULTS);
    this.droppedIds = new Counter({
      name: 'telephony_change_feed_dropped_total',
      help: 'Changed calls, tasks and users of which other instances were not told one by one, but all at once.',
      registers: [registry],
    });
    this.gaps = new Counter({
      name: 'telephony_change_feed_gaps_total',
      help: 'Times after which announcements of other instances may have been lost.',
      registers: [registry],
    });
  }

  /** @param read called at each scrape */
  watchUp(read: () => boolean): void {
    this.isUp = read;
  }

  message(result: MessageResult, count = 1): void {
    this.messages.add(result, count);
  }

  dropped(ids: number): void {
    this.droppedIds.inc(ids);
  }

  gap(): void {
    this.gaps.inc();
  }
}
