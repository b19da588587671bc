import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { DataSource } from 'typeorm';
import { appConfig } from '../../../config/namespaces/app.config.js';
import { reportsConfig } from '../../../config/namespaces/reports.config.js';
import { Retention } from '../../../database/retention.js';
import { CallRetentionRepository } from './call-retention.repository.js';

/** Removes old calls, if that is wanted. The figures of their days stay: they are frozen first. */
@Injectable()
export class CallRetention extends Retention {
  constructor(
    dataSource: DataSource,
    calls: CallRetentionRepository,
    @Inject(reportsConfig.KEY) { callRetentionDays }: ConfigType<typeof reportsConfig>,
    @Inject(appConfig.KEY) { environment }: ConfigType<typeof appConfig>,
  ) {
    super({
      dataSource,
      what: 'calls',
      days: callRetentionDays ?? 0,
      isScheduled: environment !== 'test' && callRetentionDays !== null,
      remove: async (manager, days, limit, after) =>
        callRetentionDays === null
          ? { removed: 0, next: null }
          : calls.removeOlderThan(manager, days, limit, after),
    });
  }
}
