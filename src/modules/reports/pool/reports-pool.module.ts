import { Module } from '@nestjs/common';
import { ReportsDatabase } from './reports-database.repository.js';

@Module({ providers: [ReportsDatabase], exports: [ReportsDatabase] })
export class ReportsPoolModule {}
