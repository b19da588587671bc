import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { provideRepository } from '../../database/provide-repository.js';
import { AuditEntry } from './audit-entry.entity.js';
import { AuditLogService } from './audit-log.service.js';
import { AuditRetention } from './audit-retention.service.js';
import { AuditController } from './audit.controller.js';
import { AuditRepository } from './audit.repository.js';
import { AuditService } from './audit.service.js';

/** The record of who did what. Global, because any module may record its acts. */
@Global()
@Module({
  imports: [TypeOrmModule.forFeature([AuditEntry])],
  controllers: [AuditController],
  providers: [AuditService, AuditLogService, AuditRetention, provideRepository(AuditRepository, AuditEntry)],
  exports: [AuditService, AuditLogService],
})
export class AuditModule {}
