import { Module } from '@nestjs/common';
import { CallTasksModule } from '../crm/call-tasks/call-tasks.module.js';
import { CustomersModule } from '../crm/customers/customers.module.js';
import { WebhookMetrics } from '../metrics/webhook-metrics.js';
import { BracknetModule } from './bracknet/bracknet.module.js';
import { BracknetWebhookController, CallControlController } from './bracknet-contract.controller.js';
import { CallEffectsService } from './calls/call-effects.service.js';
import { CallControlService } from './calls/call-control.service.js';
import { CallStore } from './calls/call-store.js';
import { CallLogService } from './calls/call-log.service.js';
import { CallSweeper } from './calls/call-sweeper.service.js';
import { CallRepository } from './calls/call.repository.js';
import { StartKeyRepository } from './calls/start/start-key.repository.js';
import { StartCallService } from './calls/start/start-call.service.js';
import { TelephonyController } from './telephony.controller.js';
import { TelephonyService } from './telephony.service.js';
import { ReceiptRetention } from './webhooks/inbox/receipts/receipt-retention.service.js';
import { ReceiptRetry } from './webhooks/inbox/receipts/receipt-retry.service.js';
import { ReceiptReplay } from './webhooks/inbox/receipts/receipt-replay.js';
import { WebhookBatch } from './webhooks/inbox/webhook-batch.js';
import { RejectionLog } from './webhooks/ingress/rejection-log.js';
import { WebhookCounters } from './webhooks/ingress/webhook-counters.js';
import { WebhookIngress } from './webhooks/ingress/webhook-ingress.js';
import { ReceiptSearch } from './webhooks/inbox/receipts/receipt-search.js';
import { WebhookIntake } from './webhooks/inbox/webhook-intake.js';
import { WebhookReceiptRepository } from './webhooks/inbox/receipts/webhook-receipt.repository.js';
import { WebhookReceiptsController } from './webhooks/inbox/receipts/webhook-receipts.controller.js';
import { WebhookReceiptsService } from './webhooks/inbox/receipts/webhook-receipts.service.js';
import { WebhookVerification } from './webhooks/ingress/webhook-verification.js';

@Module({
  imports: [BracknetModule, CallTasksModule, CustomersModule],
  controllers: [
    CallControlController,
    BracknetWebhookController,
    TelephonyController,
    WebhookReceiptsController,
  ],
  providers: [
    TelephonyService,
    StartCallService,
    StartKeyRepository,
    CallControlService,
    CallLogService,
    CallStore,
    CallEffectsService,
    CallRepository,
    CallSweeper,
    WebhookIntake,
    WebhookBatch,
    ReceiptReplay,
    ReceiptRetry,
    ReceiptRetention,
    ReceiptSearch,
    WebhookReceiptsService,
    WebhookReceiptRepository,
    WebhookVerification,
    WebhookIngress,
    RejectionLog,
    { provide: WebhookCounters, useExisting: WebhookMetrics },
  ],
  exports: [WebhookVerification],
})
export class TelephonyModule {
  constructor(metrics: WebhookMetrics, trust: WebhookVerification) {
    metrics.watchVerification(() => trust.describe());
  }
}
