import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../config/app-config.js';
import { DatabaseStock } from '../metrics/database-stock.js';
import { PbxMetrics } from '../metrics/pbx-metrics.js';
import { WebhookMetrics } from '../metrics/webhook-metrics.js';
import { judge, type Readiness } from './readiness.js';

/** Whether the service can do its work, by what it knows of itself and a look into the database. */
@Injectable()
export class ReadinessService {
  constructor(
    private readonly stock: DatabaseStock,
    private readonly webhooks: WebhookMetrics,
    private readonly pbx: PbxMetrics,
    private readonly config: AppConfig,
  ) {}

  /** Within a second, whatever the database does. */
  async look(): Promise<Readiness> {
    const stock = await this.stock.read();
    return judge({
      stock,
      queue: this.webhooks.queue(),
      pbxMode: this.config.bracknet.mode,
      breaker: this.pbx.breaker(),
      trust: this.webhooks.trust(),
    });
  }
}
