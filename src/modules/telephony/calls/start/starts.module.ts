import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { provideRepository } from '../../../../database/provide-repository.js';
import { AuditModule } from '../../../audit/audit.module.js';
import { CallTasksModule } from '../../../crm/call-tasks/call-tasks.module.js';
import { Call } from '../call.entity.js';
import { CallsModule } from '../calls.module.js';
import { StartCallService } from './start-call.service.js';
import { StartClicks } from './start-clicks.service.js';
import { StartKey } from './start-key.entity.js';
import { StartKeyRepository } from './start-key.repository.js';
import { StartLimits } from './start-limits.service.js';
import { StartUsageRepository } from './start-usage.repository.js';
import { TaskCallService } from './task-call.service.js';
import { StartedCallService } from './started-call.service.js';

/** Click to call. */
@Module({
  imports: [TypeOrmModule.forFeature([Call, StartKey]), AuditModule, CallsModule, CallTasksModule],
  providers: [
    StartCallService,
    TaskCallService,
    StartedCallService,
    StartClicks,
    StartLimits,
    provideRepository(StartKeyRepository, StartKey),
    provideRepository(StartUsageRepository, Call),
  ],
  exports: [StartCallService, TaskCallService],
})
export class StartsModule {}
