import { Module } from '@nestjs/common';
import { CallTaskDeskService } from './call-task-desk.service.js';
import { CallTaskRepository } from './call-task.repository.js';
import { CallTasksController } from './call-tasks.controller.js';
import { CallTasksService } from './call-tasks.service.js';

@Module({
  controllers: [CallTasksController],
  providers: [CallTasksService, CallTaskDeskService, CallTaskRepository],
  exports: [CallTasksService],
})
export class CallTasksModule {}
