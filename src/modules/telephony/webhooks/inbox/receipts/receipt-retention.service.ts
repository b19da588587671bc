import { Inject, Injectable } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { DataSource } from 'typeorm';
import { webhooksConfig } from '../../../../../config/namespaces/webhooks.config.js';
import { appConfig } from '../../../../../config/namespaces/app.config.js';
import { Retention } from '../../../../../database/retention.js';
import { WebhookReceiptRepository } from './webhook-receipt.repository.js';

/**
 * Removes old receipts that are applied, ignored or discarded. Retention is at least two days, longer than any signature
 * is valid, so that every signed delivery that can be repeated is still recognised as a duplicate.
 */
@Injectable()
export class ReceiptRetention extends Retention {
  constructor(
    dataSource: DataSource,
    receipts: WebhookReceiptRepository,
    @Inject(webhooksConfig.KEY) { retentionDays }: ConfigType<typeof webhooksConfig>,
    @Inject(appConfig.KEY) { environment }: ConfigType<typeof appConfig>,
  ) {
    super({
      dataSource,
      what: 'receipts',
      days: retentionDays,
      isScheduled: environment !== 'test',
      remove: (manager, days, limit) => manager.withRepository(receipts).removeOlderThan(days, limit),
    });
  }
}
