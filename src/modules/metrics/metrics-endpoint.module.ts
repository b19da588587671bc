import { Module } from '@nestjs/common';
import { DatabaseMetrics } from './database-metrics.js';
import { DatabaseStock } from './database-stock.js';
import { MetricsServer } from './metrics-server.js';
import { MetricsController } from './metrics.controller.js';

/** Where metrics are read, and those that are read from the database. */
@Module({
  controllers: [MetricsController],
  providers: [DatabaseStock, DatabaseMetrics, MetricsServer],
  exports: [DatabaseStock, MetricsServer],
})
export class MetricsEndpointModule {}
