import { Module } from '@nestjs/common';
import { BacklogModule } from '../../../metrics/backlog/backlog.module.js';
import { CallsModule } from '../../calls/calls.module.js';
import { BulkDiscard } from './receipts/discard/bulk-discard.js';
import { ReceiptReplay } from './receipts/receipt-replay.js';
import { ReceiptRetention } from './receipts/receipt-retention.service.js';
import { ReceiptRetry } from './receipts/receipt-retry.service.js';
import { ReceiptSearch } from './receipts/receipt-search.js';
import { ReceiptsModule } from './receipts/receipts.module.js';
import { WebhookReceiptsService } from './receipts/webhook-receipts.service.js';
import { IntakeReport } from './intake-report.js';
import { QuarantineQuota } from './quarantine-quota.js';
import { WebhookBatch } from './webhook-batch.js';
import { WebhookIntake } from './webhook-intake.js';

/** Stores and applies accepted webhooks in batches, and retries, replays, searches and removes their receipts. */
@Module({
  imports: [BacklogModule, CallsModule, ReceiptsModule],
  providers: [
    WebhookIntake,
    WebhookBatch,
    IntakeReport,
    QuarantineQuota,
    BulkDiscard,
    ReceiptReplay,
    ReceiptRetry,
    ReceiptRetention,
    ReceiptSearch,
    WebhookReceiptsService,
  ],
  exports: [WebhookIntake, WebhookReceiptsService, BulkDiscard],
})
export class InboxModule {}
