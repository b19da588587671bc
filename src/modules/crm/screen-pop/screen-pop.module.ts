import { Module } from '@nestjs/common';
import { CustomersModule } from '../customers/customers.module.js';
import { PopSources } from './pop-sources.service.js';
import { ScreenPopRepository } from './screen-pop.repository.js';
import { ScreenPopService } from './screen-pop.service.js';

/** What the CRM knows of a caller, for the screen of the agent at whom the call rings. */
@Module({
  imports: [CustomersModule],
  providers: [ScreenPopService, PopSources, ScreenPopRepository],
  exports: [ScreenPopService, PopSources],
})
export class ScreenPopModule {}
