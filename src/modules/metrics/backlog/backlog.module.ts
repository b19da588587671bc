import { Module } from '@nestjs/common';
import { BacklogRepository } from './backlog.repository.js';
import { SilenceService } from '../silence/silence.service.js';
import { DatabaseGauges } from './database-gauges.js';

/** What waits in the database, for metrics, readiness and limits. */
@Module({
  providers: [BacklogRepository, DatabaseGauges, SilenceService],
  exports: [BacklogRepository, DatabaseGauges, SilenceService],
})
export class BacklogModule {}
