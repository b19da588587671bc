import { Module } from '@nestjs/common';
import { CallTasksModule } from '../../crm/call-tasks/call-tasks.module.js';
import { CallsModule } from '../calls/calls.module.js';
import { CallLifeController } from './call-life.controller.js';
import { CallLifeService } from './call-life.service.js';

/** The life of a call, for supervisors. */
@Module({
  imports: [CallsModule, CallTasksModule],
  controllers: [CallLifeController],
  providers: [CallLifeService],
})
export class CallLifeModule {}
