import { Module } from '@nestjs/common';
import { CallsModule } from '../../telephony/calls/calls.module.js';
import { ReportsPoolModule } from '../pool/reports-pool.module.js';
import { RollupModule } from '../rollup/rollup.module.js';
import { CrmReportsController } from './crm-reports.controller.js';
import { CrmReportsService } from './crm-reports.service.js';
import { PresenceReportRepository } from './presence-report.repository.js';

@Module({
  imports: [CallsModule, ReportsPoolModule, RollupModule],
  controllers: [CrmReportsController],
  providers: [CrmReportsService, PresenceReportRepository],
})
export class CrmReportsModule {}
