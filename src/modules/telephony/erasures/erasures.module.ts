import { Module } from '@nestjs/common';
import { CustomerErasureModule } from '../../crm/erasure/customer-erasure.module.js';
import { CallsModule } from '../calls/calls.module.js';
import { ErasuresController } from './erasures.controller.js';
import { NumberErasure } from './number-erasure.service.js';

/** Removes customers' numbers from calls, receipts and tasks on request. */
@Module({
  imports: [CallsModule, CustomerErasureModule],
  controllers: [ErasuresController],
  providers: [NumberErasure],
})
export class ErasuresModule {}
