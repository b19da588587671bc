import { Module } from '@nestjs/common';
import { BacklogRepository } from './backlog.repository.js';
import { DatabaseGauges } from './database-gauges.js';

/** What waits in the database, for metrics, readiness and limits. */
@Module({
  providers: [BacklogRepository, DatabaseGauges],
  exports: [BacklogRepository, DatabaseGauges],
})
export class BacklogModule {}
