import { Module } from '@nestjs/common';
import { RollupModule } from '../rollup/rollup.module.js';
import { CallRetentionRepository } from './call-retention.repository.js';
import { CallRetention } from './call-retention.service.js';

@Module({ imports: [RollupModule], providers: [CallRetentionRepository, CallRetention] })
export class CallRetentionModule {}
