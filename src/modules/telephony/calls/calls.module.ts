import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { provideRepository } from '../../../database/provide-repository.js';
import { PresenceModule } from '../../agents/presence/presence.module.js';
import { ExtensionsModule } from '../../agents/extensions/extensions.module.js';
import { CallTasksModule } from '../../crm/call-tasks/call-tasks.module.js';
import { CustomersModule } from '../../crm/customers/customers.module.js';
import { CallBatchRepository } from './call-batch.repository.js';
import { CallEffectsService } from './effects/call-effects.service.js';
import { TaskAssignments } from './effects/task-assignments.service.js';
import { OverdueTasks } from './effects/overdue-tasks.service.js';
import { CallFilters } from './log/call-filters.service.js';
import { CallLogService } from './log/call-log.service.js';
import { CallStore } from './call-store.js';
import { CallSweeper } from './call-sweeper.service.js';
import { Call } from './call.entity.js';
import { CallRepository } from './call.repository.js';
import { RecordingLedger } from './recordings/recording-ledger.repository.js';

/**
 * Domain and persistence of calls. Their use cases for agents are in StartsModule and CallControlModule. Global modules
 * implement the two ports: BracknetModule `Pbx`, and ReceiptsModule `CallReferences`.
 */
@Module({
  imports: [
    TypeOrmModule.forFeature([Call]),
    CallTasksModule,
    CustomersModule,
    ExtensionsModule,
    PresenceModule,
  ],
  providers: [
    CallFilters,
    CallLogService,
    CallSweeper,
    CallStore,
    CallEffectsService,
    OverdueTasks,
    TaskAssignments,
    CallBatchRepository,
    RecordingLedger,
    provideRepository(CallRepository, Call),
  ],
  exports: [CallFilters, CallLogService, CallStore, CallRepository],
})
export class CallsModule {}
