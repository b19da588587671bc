import { Module } from '@nestjs/common';
import { CallTasksModule } from '../crm/call-tasks/call-tasks.module.js';
import { ExportLimits } from './export-limits.js';
import { ExportsService } from './exports.service.js';
import { TaskExportController } from './task-export.controller.js';
import { TaskExportService } from './task-export.service.js';

/** Files of what the lists show: the whole of it, not the page. */
@Module({
  imports: [CallTasksModule],
  controllers: [TaskExportController],
  providers: [ExportsService, ExportLimits, TaskExportService],
})
export class ExportsModule {}
