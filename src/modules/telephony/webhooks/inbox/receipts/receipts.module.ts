import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { provideRepository } from '../../../../../database/provide-repository.js';
import { CallReferences } from '../../../calls/call-references.js';
import { WebhookReceipt } from './webhook-receipt.entity.js';
import { WebhookReceiptRepository } from './webhook-receipt.repository.js';

/** Persistence of receipts. They refer to calls by id, so this module implements the port `CallReferences`. */
@Global()
@Module({
  imports: [TypeOrmModule.forFeature([WebhookReceipt])],
  providers: [
    provideRepository(WebhookReceiptRepository, WebhookReceipt),
    { provide: CallReferences, useExisting: WebhookReceiptRepository },
  ],
  exports: [WebhookReceiptRepository, CallReferences],
})
export class ReceiptsModule {}
