import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { DataSource } from 'typeorm';
import { appConfig } from '../../config/namespaces/app.config.js';
import { auditConfig } from '../../config/namespaces/audit.config.js';
import { Retention } from '../../database/retention.js';
import { AuditRepository } from './audit.repository.js';

/** Removes old entries of the audit. */
@Injectable()
export class AuditRetention extends Retention {
  constructor(
    dataSource: DataSource,
    entries: AuditRepository,
    @Inject(auditConfig.KEY) { retentionDays }: ConfigType<typeof auditConfig>,
    @Inject(appConfig.KEY) { environment }: ConfigType<typeof appConfig>,
  ) {
    super({
      dataSource,
      what: 'entries of the audit',
      days: retentionDays,
      isScheduled: environment !== 'test',
      remove: (manager, days, limit) => manager.withRepository(entries).removeOlderThan(days, limit),
    });
  }
}
