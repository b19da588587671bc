import { Module } from '@nestjs/common';
import { CallTasksModule } from '../crm/call-tasks/call-tasks.module.js';
import { CustomersModule } from '../crm/customers/customers.module.js';
import { WebhookMetrics } from '../metrics/webhook-metrics.js';
import { BracknetModule } from './bracknet/bracknet.module.js';
import { BracknetWebhookController, CallControlController } from './bracknet-contract.controller.js';
import { CallConsequences } from './call/call-consequences.js';
import { CallControlService } from './call/call-control.service.js';
import { CallLedger } from './call/call-ledger.js';
import { CallLogService } from './call/call-log.service.js';
import { CallSweeper } from './call/call-sweeper.service.js';
import { CallRepository } from './call/call.repository.js';
import { StartKeyRepository } from './call/start-key.repository.js';
import { StartCallService } from './call/start-call.service.js';
import { TelephonyController } from './telephony.controller.js';
import { TelephonyService } from './telephony.service.js';
import { ReceiptRetention } from './webhooks/receipt-retention.service.js';
import { ReceiptRetry } from './webhooks/receipt-retry.service.js';
import { ReceiptReplay } from './webhooks/receipt-replay.js';
import { WebhookBatch } from './webhooks/webhook-batch.js';
import { RefusalLog } from './webhooks/refusal-log.js';
import { WebhookCounts } from './webhooks/webhook-counts.js';
import { WebhookDoor } from './webhooks/webhook-door.js';
import { ReceiptSearch } from './webhooks/receipt-search.js';
import { WebhookIntake } from './webhooks/webhook-intake.js';
import { WebhookReceiptRepository } from './webhooks/webhook-receipt.repository.js';
import { WebhookReceiptsController } from './webhooks/webhook-receipts.controller.js';
import { WebhookReceiptsService } from './webhooks/webhook-receipts.service.js';
import { WebhookTrust } from './webhooks/webhook-trust.js';

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
    CallLedger,
    CallConsequences,
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
    WebhookTrust,
    WebhookDoor,
    RefusalLog,
    { provide: WebhookCounts, useExisting: WebhookMetrics },
  ],
  exports: [WebhookTrust],
})
export class TelephonyModule {
  constructor(metrics: WebhookMetrics, trust: WebhookTrust) {
    metrics.watchTrust(() => trust.describe());
  }
}
