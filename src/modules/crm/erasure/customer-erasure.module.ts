import { Module } from '@nestjs/common';
import { CallTasksModule } from '../call-tasks/call-tasks.module.js';
import { CustomersModule } from '../customers/customers.module.js';
import { CustomerErasure } from './customer-erasure.service.js';

/** What of a customer is erased on request, beside calls and receipts. */
@Module({
  imports: [CallTasksModule, CustomersModule],
  providers: [CustomerErasure],
  exports: [CustomerErasure],
})
export class CustomerErasureModule {}
