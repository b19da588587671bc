import { Module } from '@nestjs/common';
import { ReportsPoolModule } from '../pool/reports-pool.module.js';
import { RollupModule } from '../rollup/rollup.module.js';
import { KpiController } from './kpi.controller.js';
import { KpiService } from './kpi.service.js';
import { TeamsRepository } from './teams.repository.js';

@Module({
  imports: [ReportsPoolModule, RollupModule],
  controllers: [KpiController],
  providers: [KpiService, TeamsRepository],
  exports: [KpiService],
})
export class KpiModule {}
