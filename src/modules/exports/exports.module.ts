import { Module } from '@nestjs/common';
import { CallTasksModule } from '../crm/call-tasks/call-tasks.module.js';
import { CallsModule } from '../telephony/calls/calls.module.js';
import { CallExportController } from './calls/call-export.controller.js';
import { CallExportService } from './calls/call-export.service.js';
import { ExportLimits } from './export-limits.js';
import { ExportsService } from './exports.service.js';
import { TaskExportController } from './tasks/task-export.controller.js';
import { TaskExportService } from './tasks/task-export.service.js';

/** Files of what the lists show: the whole of it, not the page. */
@Module({
  imports: [CallsModule, CallTasksModule],
  controllers: [CallExportController, TaskExportController],
  providers: [ExportsService, ExportLimits, CallExportService, TaskExportService],
})
export class ExportsModule {}
