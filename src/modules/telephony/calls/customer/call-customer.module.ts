import { Module } from '@nestjs/common';
import { CustomersModule } from '../../../crm/customers/customers.module.js';
import { CallsModule } from '../calls.module.js';
import { CallCustomerService } from './call-customer.service.js';

/** Whom the staff says that the customer of a call is. */
@Module({
  imports: [CallsModule, CustomersModule],
  providers: [CallCustomerService],
  exports: [CallCustomerService],
})
export class CallCustomerModule {}
