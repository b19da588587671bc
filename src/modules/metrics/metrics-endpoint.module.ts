import { Module } from '@nestjs/common';
import { BacklogModule } from './backlog/backlog.module.js';
import { DatabaseMetrics } from './backlog/database-metrics.js';
import { SilenceModule } from './silence/silence.module.js';
import { MetricsServer } from './metrics-server.js';
import { MetricsController } from './metrics.controller.js';

/** Serves the metrics, and adds the gauges that are read from the database. */
@Module({
  imports: [BacklogModule, SilenceModule],
  controllers: [MetricsController],
  providers: [DatabaseMetrics, MetricsServer],
  exports: [BacklogModule, SilenceModule, MetricsServer],
})
export class MetricsEndpointModule {}
