import { Module } from '@nestjs/common';
import { ReportsPoolModule } from '../pool/reports-pool.module.js';
import { FiguresReader } from './figures-reader.repository.js';
import { FiguresRepository } from './figures.repository.js';
import { Rollup } from './rollup.service.js';

/** The figures of reports: kept by day, and exact at every moment. */
@Module({
  imports: [ReportsPoolModule],
  providers: [FiguresRepository, FiguresReader, Rollup],
  exports: [FiguresReader, FiguresRepository],
})
export class RollupModule {}
