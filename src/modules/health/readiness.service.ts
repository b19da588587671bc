import { Injectable } from '@nestjs/common';
import { ChangeFeed } from '../change-feed/change-feed.js';
import { DatabaseGauges } from '../metrics/backlog/database-gauges.js';
import { PbxMetrics } from '../metrics/pbx-metrics.js';
import { SilenceService } from '../metrics/silence/silence.service.js';
import { WebhookMetrics } from '../metrics/webhook-metrics.js';
import { ReadinessRules } from './readiness-rules.js';
import { assessReadiness, type Readiness } from './readiness.js';

/** Collects the state of the service and of the database, and derives readiness from it. */
@Injectable()
export class ReadinessService {
  constructor(
    private readonly gauges: DatabaseGauges,
    private readonly webhooks: WebhookMetrics,
    private readonly pbx: PbxMetrics,
    private readonly silence: SilenceService,
    private readonly changeFeed: ChangeFeed,
    private readonly rules: ReadinessRules,
  ) {}

  /** Answers within a second, even when the database does not. */
  async check(): Promise<Readiness> {
    const backlog = await this.gauges.read();
    return assessReadiness({
      backlog,
      quarantineLimits: this.rules.quarantineLimits,
      queue: this.webhooks.queue(),
      pbxMode: this.rules.pbxMode,
      isMockAFault: this.rules.isMockAFault,
      breaker: this.pbx.breaker(),
      silence: backlog && this.silence.assess(backlog),
      verification: this.webhooks.verification(),
      clockSkewSeconds: this.webhooks.latestEventSkew(),
      isChangeFeedUp: this.changeFeed.isUp,
    });
  }
}
