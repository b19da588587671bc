import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { Clock } from '../../../common/time/clock.js';
import { bracknetConfig } from '../../../config/namespaces/bracknet.config.js';
import { telephonyConfig } from '../../../config/namespaces/telephony.config.js';
import { webhooksConfig } from '../../../config/namespaces/webhooks.config.js';
import type { Backlog } from '../backlog/backlog.repository.js';
import { WebhookMetrics } from '../webhook-metrics.js';
import { problemOfSilence } from './webhook-silence.js';

/** What is known of the PBX's webhooks. */
export interface Silence {
  /** When the last accepted webhook came, to any instance; null: none was found. */
  readonly lastWebhookAt: Date | null;
  /** Since then; null: none was found. */
  readonly seconds: number | null;
  /** What is wrong, for a person; null: nothing is. */
  readonly problem: string | null;
}

/** Whether the PBX has been silent for too long. In mock mode there is no PBX to be heard. */
@Injectable()
export class SilenceService {
  private readonly startedAt: Date;

  constructor(
    private readonly metrics: WebhookMetrics,
    private readonly clock: Clock,
    @Inject(bracknetConfig.KEY) private readonly bracknet: ConfigType<typeof bracknetConfig>,
    @Inject(telephonyConfig.KEY) private readonly telephony: ConfigType<typeof telephonyConfig>,
    @Inject(webhooksConfig.KEY) private readonly webhooks: ConfigType<typeof webhooksConfig>,
  ) {
    this.startedAt = clock.now();
  }

  assess({
    lastWebhookAt,
    noWebhookSince,
    unheard,
  }: Pick<Backlog, 'lastWebhookAt' | 'noWebhookSince' | 'unheard'>): Silence {
    const now = this.clock.now();
    const { businessHours, businessTimeZone: timeZone } = this.telephony;
    const { startedAt } = this;
    const refused = this.metrics.refusedSinceAccepted();
    const problem =
      this.bracknet.mode === 'mock'
        ? null
        : problemOfSilence(
            { now, startedAt, lastWebhookAt, noWebhookSince, unheard, refused },
            { businessHours, timeZone, ...this.webhooks.silence },
          );
    const seconds =
      lastWebhookAt === null ? null : Math.max(0, (now.getTime() - lastWebhookAt.getTime()) / 1000);
    return { lastWebhookAt, seconds, problem };
  }

  get isWatched(): boolean {
    return this.bracknet.mode === 'live';
  }
}
