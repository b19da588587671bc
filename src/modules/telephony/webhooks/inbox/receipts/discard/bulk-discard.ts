import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager, type SelectQueryBuilder } from 'typeorm';
import { inTransaction } from '../../../../../../database/transaction.js';
import type { ReceiptFilter } from '../receipt-search.js';
import { UNSETTLED_OUTCOMES, type WebhookReceipt } from '../webhook-receipt.entity.js';
import { type Decision, WebhookReceiptRepository } from '../webhook-receipt.repository.js';

/** Most receipts that one request discards, so that its transaction is short. */
export const MOST_DISCARDED = 1_000;

/** The receipts that remain are counted up to this number. */
export const MOST_REMAINING = 10_000;

export interface BulkDiscardResult {
  /** Ids of the receipts that were discarded, oldest first. */
  readonly ids: readonly string[];
  /** How many more match, at most {@link MOST_REMAINING}. */
  readonly remaining: number;
}

/** Discards the oldest receipts that match a filter and wait for a decision. Those that are retried just now are left. */
@Injectable()
export class BulkDiscard {
  constructor(
    private readonly dataSource: DataSource,
    private readonly receipts: WebhookReceiptRepository,
  ) {}

  discard(filter: ReceiptFilter, decision: Decision): Promise<BulkDiscardResult> {
    return inTransaction(this.dataSource, async (manager) => {
      const receipts = manager.withRepository(this.receipts);
      const found = await matching(receipts, filter)
        .select('receipt.id')
        .orderBy('receipt.receivedAt')
        .addOrderBy('receipt.id')
        .limit(MOST_DISCARDED)
        .setLock('pessimistic_write')
        .setOnLocked('skip_locked')
        .getMany();
      const ids = found.map(({ id }) => id);
      if (ids.length > 0) await receipts.discard(ids, decision);
      return { ids, remaining: await countIn(manager, matching(receipts, filter), MOST_REMAINING) };
    });
  }

  /** How many receipts {@link discard} would discard, and how many would remain. */
  async dryRun(filter: ReceiptFilter): Promise<{ discarded: number; remaining: number }> {
    const { manager } = this.receipts;
    const found = await countIn(manager, matching(this.receipts, filter), MOST_DISCARDED + MOST_REMAINING);
    const discarded = Math.min(found, MOST_DISCARDED);
    return { discarded, remaining: found - discarded };
  }
}

/** By the partial index of receipts that are not applied. */
function matching(receipts: WebhookReceiptRepository, filter: ReceiptFilter): Query {
  const { errorCode, sourceAddress, eventType, externalCallId, callId, from, before } = filter;
  const query = receipts
    .createQueryBuilder('receipt')
    .where(`receipt.outcome <> 'applied' AND receipt.outcome IN (:...outcomes)`, {
      outcomes: filter.outcomes ?? UNSETTLED_OUTCOMES,
    });
  const equal = { errorCode, sourceAddress, eventType, externalCallId, callId };
  for (const [column, value] of Object.entries(equal)) {
    if (value !== undefined) query.andWhere(`receipt.${column} = :${column}`, { [column]: value });
  }
  if (from !== undefined) query.andWhere('receipt.receivedAt >= :from', { from: from.receivedAt });
  if (before !== undefined) query.andWhere('receipt.receivedAt < :before', { before: before.receivedAt });
  return query;
}

type Query = SelectQueryBuilder<WebhookReceipt>;

async function countIn(manager: EntityManager, receipts: Query, most: number): Promise<number> {
  const some = receipts.select('receipt.id').limit(most);
  const row = await manager
    .createQueryBuilder()
    .select('count(*)::integer', 'found')
    .from(`(${some.getQuery()})`, 'some')
    .setParameters(some.getParameters())
    .getRawOne<{ found: number }>();
  return row?.found ?? 0;
}
