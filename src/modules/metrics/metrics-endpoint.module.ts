import { Module } from '@nestjs/common';
import { BacklogRepository } from './backlog.repository.js';
import { DatabaseMetrics } from './database-metrics.js';
import { DatabaseGauges } from './database-gauges.js';
import { MetricsServer } from './metrics-server.js';
import { MetricsController } from './metrics.controller.js';

/** Serves the metrics, and adds the gauges that are read from the database. */
@Module({
  controllers: [MetricsController],
  providers: [BacklogRepository, DatabaseGauges, DatabaseMetrics, MetricsServer],
  exports: [DatabaseGauges, MetricsServer],
})
export class MetricsEndpointModule {}
