import { Module } from '@nestjs/common';
import { WebhookMetrics } from '../../../metrics/webhook-metrics.js';
import { RejectionLog } from './rejection-log.js';
import { WebhookCounters } from './webhook-counters.js';
import { WebhookIngress } from './webhook-ingress.js';
import { WebhookVerification } from './webhook-verification.js';

/** Verifies webhook requests before they reach their controller. */
@Module({
  providers: [
    WebhookIngress,
    WebhookVerification,
    RejectionLog,
    { provide: WebhookCounters, useExisting: WebhookMetrics },
  ],
  exports: [WebhookIngress, WebhookVerification],
})
export class IngressModule {
  constructor(metrics: WebhookMetrics, verification: WebhookVerification) {
    metrics.watchVerification(() => verification.describe());
  }
}
