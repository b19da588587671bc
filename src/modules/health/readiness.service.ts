import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { appConfig } from '../../config/namespaces/app.config.js';
import { bracknetConfig } from '../../config/namespaces/bracknet.config.js';
import { DatabaseGauges } from '../metrics/database-gauges.js';
import { PbxMetrics } from '../metrics/pbx-metrics.js';
import { WebhookMetrics } from '../metrics/webhook-metrics.js';
import { assessReadiness, type Readiness } from './readiness.js';

/** Collects the state of the service and of the database, and derives readiness from it. */
@Injectable()
export class ReadinessService {
  constructor(
    private readonly gauges: DatabaseGauges,
    private readonly webhooks: WebhookMetrics,
    private readonly pbx: PbxMetrics,
    @Inject(bracknetConfig.KEY) private readonly bracknet: ConfigType<typeof bracknetConfig>,
    @Inject(appConfig.KEY) private readonly app: ConfigType<typeof appConfig>,
  ) {}

  /** Answers within a second, even when the database does not. */
  async check(): Promise<Readiness> {
    const backlog = await this.gauges.read();
    return assessReadiness({
      backlog,
      queue: this.webhooks.queue(),
      pbxMode: this.bracknet.mode,
      isProduction: this.app.environment === 'production',
      breaker: this.pbx.breaker(),
      verification: this.webhooks.verification(),
      clockSkewSeconds: this.webhooks.latestEventSkew(),
    });
  }
}
