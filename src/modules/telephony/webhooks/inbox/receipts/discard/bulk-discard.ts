import { Inject, Injectable, Logger } from '@nestjs/common';
import type { ConfigType } from '@nestjs/config';
import { DataSource, type EntityManager, type SelectQueryBuilder } from 'typeorm';
import { DomainError } from '../../../../../../common/errors/domain-error.js';
import { spanOf } from '../../../../../../common/http/cursor-query.js';
import { telephonyConfig } from '../../../../../../config/namespaces/telephony.config.js';
import { inTransaction } from '../../../../../../database/transaction.js';
import { AuditService } from '../../../../../audit/audit.service.js';
import type { AgentIdentity } from '../../../../../auth/agent-identity.js';
import type { ReceiptFilter } from '../receipt-search.js';
import { UNSETTLED_OUTCOMES, type WebhookReceipt } from '../webhook-receipt.entity.js';
import { WebhookReceiptRepository } from '../webhook-receipt.repository.js';
import {
  type BulkDiscardRequest,
  type BulkDiscardResponse,
  DISCARD_FILTERS,
  MOST_DISCARDED,
  MOST_REMAINING,
} from './bulk-discard.dto.js';

/** Discards the oldest receipts that match a filter and wait for a decision. Those that are retried just now are left. */
@Injectable()
export class BulkDiscard {
  private readonly logger = new Logger(BulkDiscard.name);

  constructor(
    private readonly dataSource: DataSource,
    private readonly receipts: WebhookReceiptRepository,
    private readonly audit: AuditService,
    @Inject(telephonyConfig.KEY) private readonly config: ConfigType<typeof telephonyConfig>,
  ) {}

  /**
   * Discards up to {@link MOST_DISCARDED} receipts, or returns what that would do.
   * @throws DomainError VALIDATION_FAILED when there is no filter
   */
  async run(agent: AgentIdentity, request: BulkDiscardRequest): Promise<BulkDiscardResponse> {
    const { outcome, reason, dryRun, errorCode, sourceAddress, event, externalCallId, callId } = request;
    if (outcome === undefined && DISCARD_FILTERS.every((filter) => request[filter] === undefined)) {
      const problem = `is required: one or several of outcome, ${DISCARD_FILTERS.join(', ')}`;
      throw new DomainError('VALIDATION_FAILED', `A filter ${problem}`, [
        { field: '(body)', problem, rule: 'required' },
      ]);
    }
    const filter = {
      outcomes: outcome,
      errorCode,
      sourceAddress,
      eventType: event,
      externalCallId,
      callId,
      ...spanOf(request, this.config.businessTimeZone),
    };
    if (dryRun) return { dryRun, ...(await this.dryRun(filter)) };
    const { ids, remaining } = await this.discard(agent, filter, reason);
    for (const id of ids) this.logger.log('A receipt was discarded', { receipt: id, user: agent.userId });
    return { dryRun, discarded: ids.length, remaining };
  }

  private discard(
    agent: AgentIdentity,
    filter: ReceiptFilter,
    reason: string,
  ): Promise<{ ids: readonly string[]; remaining: number }> {
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
      if (ids.length > 0) {
        await receipts.discard(ids, { userId: agent.userId, reason });
        await this.audit.recordAll(
          manager,
          ids.map((id) => ({ agent, action: 'receipt.discard', subject: `receipt:${id}` })),
        );
      }
      return { ids, remaining: await countIn(manager, matching(receipts, filter), MOST_REMAINING) };
    });
  }

  private async dryRun(filter: ReceiptFilter): Promise<{ discarded: number; remaining: number }> {
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
  if (from !== undefined) query.andWhere('receipt.receivedAt >= :from', { from: from.at });
  if (before !== undefined) query.andWhere('receipt.receivedAt < :before', { before: before.at });
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
