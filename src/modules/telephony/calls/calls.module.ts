import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { provideRepository } from '../../../database/provide-repository.js';
import { CallTasksModule } from '../../crm/call-tasks/call-tasks.module.js';
import { CustomersModule } from '../../crm/customers/customers.module.js';
import { CallBatchRepository } from './call-batch.repository.js';
import { CallControlService } from './call-control.service.js';
import { CallEffectsService } from './effects/call-effects.service.js';
import { CallLogService } from './call-log.service.js';
import { CallStore } from './call-store.js';
import { CallSweeper } from './call-sweeper.service.js';
import { Call } from './call.entity.js';
import { CallRepository } from './call.repository.js';
import { StartCallService } from './start/start-call.service.js';
import { StartKey } from './start/start-key.entity.js';
import { StartKeyRepository } from './start/start-key.repository.js';
import { StartedCallService } from './start/started-call.service.js';

/**
 * Use cases, domain and persistence of calls. Global modules implement its two ports: BracknetModule `Pbx`, and
 * ReceiptsModule `CallReferences`.
 */
@Module({
  imports: [TypeOrmModule.forFeature([Call, StartKey]), CallTasksModule, CustomersModule],
  providers: [
    StartCallService,
    StartedCallService,
    CallControlService,
    CallLogService,
    CallSweeper,
    CallStore,
    CallEffectsService,
    CallBatchRepository,
    provideRepository(CallRepository, Call),
    provideRepository(StartKeyRepository, StartKey),
  ],
  exports: [StartCallService, CallControlService, CallLogService, CallStore, CallRepository],
})
export class CallsModule {}
