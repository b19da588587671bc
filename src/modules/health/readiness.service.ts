import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { bracknetConfig } from '../../config/namespaces/bracknet.config.js';
import { webhooksConfig } from '../../config/namespaces/webhooks.config.js';
import { DatabaseGauges } from '../metrics/backlog/database-gauges.js';
import { PbxMetrics } from '../metrics/pbx-metrics.js';
import { SilenceService } from '../metrics/silence/silence.service.js';
import { WebhookMetrics } from '../metrics/webhook-metrics.js';
import { assessReadiness, type Readiness } from './readiness.js';

/** Collects the state of the service and of the database, and derives readiness from it. */
@Injectable()
export class ReadinessService {
  constructor(
    private readonly gauges: DatabaseGauges,
    private readonly webhooks: WebhookMetrics,
    private readonly pbx: PbxMetrics,
    private readonly silence: SilenceService,
    @Inject(bracknetConfig.KEY) private readonly bracknet: ConfigType<typeof bracknetConfig>,
    @Inject(webhooksConfig.KEY) private readonly webhookLimits: ConfigType<typeof webhooksConfig>,
  ) {}

  /** Answers within a second, even when the database does not. */
  async check(): Promise<Readiness> {
    const backlog = await this.gauges.read();
    return assessReadiness({
      backlog,
      quarantineLimits: this.webhookLimits.quarantine,
      queue: this.webhooks.queue(),
      pbxMode: this.bracknet.mode,
      isMockAFault: this.bracknet.isMockAFault,
      breaker: this.pbx.breaker(),
      silence: backlog && this.silence.assess(backlog),
      verification: this.webhooks.verification(),
      clockSkewSeconds: this.webhooks.latestEventSkew(),
    });
  }
}
