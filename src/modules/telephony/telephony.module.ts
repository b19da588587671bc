import { Module } from '@nestjs/common';
import { ScreenPopModule } from '../crm/screen-pop/screen-pop.module.js';
import { BracknetModule } from './bracknet/bracknet.module.js';
import { BracknetWebhookController, CallControlController } from './bracknet-contract.controller.js';
import { CallClearingController } from './call-clearing.controller.js';
import { CallCustomerController } from './call-customer.controller.js';
import { CallNotesController } from './call-notes.controller.js';
import { CallsModule } from './calls/calls.module.js';
import { CallControlModule } from './calls/control/call-control.module.js';
import { CallCustomerModule } from './calls/customer/call-customer.module.js';
import { CallNotesModule } from './calls/notes/call-notes.module.js';
import { StartsModule } from './calls/start/starts.module.js';
import { ErasuresModule } from './erasures/erasures.module.js';
import { CallLifeModule } from './life/call-life.module.js';
import { TaskCallsController } from './task-calls.controller.js';
import { TelephonyController } from './telephony.controller.js';
import { TelephonyService } from './telephony.service.js';
import { WebhookReceiptsController } from './webhooks/inbox/receipts/webhook-receipts.controller.js';
import { WebhookVerifyController } from './webhook-verify.controller.js';
import { WebhooksModule } from './webhooks/webhooks.module.js';

/** The HTTP routes of telephony, and the facade that they call. */
@Module({
  imports: [
    CallsModule,
    StartsModule,
    CallControlModule,
    CallCustomerModule,
    CallNotesModule,
    ScreenPopModule,
    BracknetModule,
    WebhooksModule,
    ErasuresModule,
    CallLifeModule,
  ],
  controllers: [
    CallControlController,
    BracknetWebhookController,
    WebhookVerifyController,
    TelephonyController,
    CallClearingController,
    CallCustomerController,
    CallNotesController,
    TaskCallsController,
    WebhookReceiptsController,
  ],
  providers: [TelephonyService],
})
export class TelephonyModule {}
