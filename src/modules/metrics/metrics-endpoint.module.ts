import { Module } from '@nestjs/common';
import { BacklogRepository } from './backlog.repository.js';
import { DatabaseMetrics } from './database-metrics.js';
import { DatabaseGauges } from './database-gauges.js';
import { MetricsServer } from './metrics-server.js';
import { MetricsController } from './metrics.controller.js';

/** Where metrics are read, and those that are read from the database. */
@Module({
  controllers: [MetricsController],
  providers: [BacklogRepository, DatabaseGauges, DatabaseMetrics, MetricsServer],
  exports: [DatabaseGauges, MetricsServer],
})
export class MetricsEndpointModule {}
