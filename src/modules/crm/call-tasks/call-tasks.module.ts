import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { provideRepository } from '../../../database/provide-repository.js';
import { CustomersModule } from '../customers/customers.module.js';
import { CallTaskDeskService } from './call-task-desk.service.js';
import { CallTask } from './call-task.entity.js';
import { CallTaskRepository } from './call-task.repository.js';
import { CallTasksController } from './call-tasks.controller.js';
import { DueTasksController } from './due/due-tasks.controller.js';
import { DueTasksService } from './due/due-tasks.service.js';
import { CallTasksService } from './call-tasks.service.js';

@Module({
  imports: [TypeOrmModule.forFeature([CallTask]), CustomersModule],
  controllers: [DueTasksController, CallTasksController],
  providers: [
    CallTasksService,
    CallTaskDeskService,
    DueTasksService,
    provideRepository(CallTaskRepository, CallTask),
  ],
  exports: [CallTasksService, CallTaskRepository],
})
export class CallTasksModule {}
