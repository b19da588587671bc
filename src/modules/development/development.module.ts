import { Module } from '@nestjs/common';
import { ExtensionsModule } from '../agents/extensions/extensions.module.js';
import { ScreenPopModule } from '../crm/screen-pop/screen-pop.module.js';
import { CallsModule } from '../telephony/calls/calls.module.js';
import { WebhooksModule } from '../telephony/webhooks/webhooks.module.js';
import { DevelopmentController } from './development.controller.js';
import { SampleCustomersRepository } from './samples/sample-customers.repository.js';
import { SampleCustomers } from './samples/sample-customers.service.js';
import { ScenarioClock } from './scenario-clock.js';
import { ScenarioPlayer } from './scenario-player.service.js';

/** Calls of made-up customers for whoever tries the service. Registered with `NODE_ENV=development` alone. */
@Module({
  imports: [CallsModule, WebhooksModule, ExtensionsModule, ScreenPopModule],
  controllers: [DevelopmentController],
  providers: [ScenarioPlayer, ScenarioClock, SampleCustomers, SampleCustomersRepository],
})
export class DevelopmentModule {}
