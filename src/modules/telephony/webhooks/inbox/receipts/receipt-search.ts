import { Injectable } from '@nestjs/common';
import type { SelectQueryBuilder } from 'typeorm';
import type { ListPosition } from '../../../../../common/http/list-position.js';
import {
  type KeysetPage,
  type KeysetSpan,
  readKeysetPage,
  withinSpan,
} from '../../../../../database/keyset-page.js';
import type { ReceiptOutcome, WebhookReceipt } from './webhook-receipt.entity.js';
import { WebhookReceiptRepository } from './webhook-receipt.repository.js';

/** Criteria of a search; those that are undefined match every receipt. */
export interface ReceiptFilter {
  readonly outcomes?: readonly ReceiptOutcome[];
  readonly errorCode?: string;
  readonly sourceAddress?: string;
  readonly eventType?: string;
  readonly externalCallId?: string;
  readonly callId?: number;
  /** Inclusive. */
  readonly from?: ListPosition | undefined;
  /** Exclusive. */
  readonly before?: ListPosition | undefined;
}

/** A receipt without its body. */
export type ReceiptSummary = Omit<WebhookReceipt, 'body' | 'erasedDigest' | 'provider' | 'deliveryId'>;

const SUMMARY = [
  'id',
  'route',
  'eventType',
  'externalCallId',
  'callId',
  'sourceAddress',
  'keyId',
  'outcome',
  'errorCode',
  'errorDetails',
  'occurredAt',
  'occurredAtSource',
  'clockSkewSeconds',
  'ignoredFields',
  'receivedAt',
  'attempts',
  'nextAttemptAt',
  'decision',
  'decidedBy',
  'decidedAt',
  'decisionReason',
] as const satisfies readonly (keyof ReceiptSummary)[];

const LIST = { alias: 'receipt', time: { property: 'receivedAt', column: 'received_at' } };

type Query = SelectQueryBuilder<WebhookReceipt>;

/** Searches receipts, newest first and page by page. Each query uses an index, whatever the filter is. */
@Injectable()
export class ReceiptSearch {
  constructor(private readonly receipts: WebhookReceiptRepository) {}

  page(filter: ReceiptFilter, limit: number): Promise<KeysetPage<ReceiptSummary>> {
    return readKeysetPage(
      {
        ...LIST,
        properties: SUMMARY,
        queriesFor: (span) => this.queriesFor(filter, span),
        addUnindexed: (query) => addUnindexedCriteria(query, filter),
        isBounded: !isFoundByIndexAlone(filter),
      },
      filter,
      limit,
    );
  }

  /** Queries whose results together are the receipts of a span, each of which uses an index that fits the filter. */
  private queriesFor(filter: ReceiptFilter, span: KeysetSpan): Query[] {
    if (isOfCall(filter)) return [this.queryOfCall(filter, span)];
    const { outcomes = [] } = filter;
    if (!excludesApplied(filter)) return [this.querySpan(span)];
    // The partial index of outcomes other than `applied` is ordered within one outcome only.
    return outcomes.map((outcome) =>
      this.querySpan(span).andWhere(`receipt.outcome = :outcome AND receipt.outcome <> 'applied'`, {
        outcome,
      }),
    );
  }

  private querySpan(span: KeysetSpan): Query {
    return withinSpan(this.receipts.createQueryBuilder('receipt'), LIST, span);
  }

  /** A call has few receipts: they are selected by the indexes on the call first, and sorted afterwards. */
  private queryOfCall({ callId, externalCallId }: ReceiptFilter, span: KeysetSpan): Query {
    const ofCall = this.receipts.createQueryBuilder('of_call').select('of_call.id', 'id');
    if (callId !== undefined) ofCall.andWhere('of_call.callId = :callId', { callId });
    if (externalCallId !== undefined) {
      ofCall.andWhere('of_call.externalCallId = :externalCallId', { externalCallId });
    }
    return this.querySpan(span)
      .addCommonTableExpression(ofCall, 'of_call', { materialized: true })
      .andWhere('receipt.id = ANY (ARRAY(SELECT id FROM of_call))');
  }
}

/** Adds the criteria that no index covers. */
function addUnindexedCriteria(query: Query, filter: ReceiptFilter): void {
  const { outcomes, errorCode, sourceAddress, eventType } = filter;
  if (errorCode !== undefined) query.andWhere('receipt.errorCode = :errorCode', { errorCode });
  if (sourceAddress !== undefined) {
    query.andWhere('receipt.sourceAddress = :sourceAddress', { sourceAddress });
  }
  if (eventType !== undefined) query.andWhere('receipt.eventType = :eventType', { eventType });
  if (outcomes !== undefined && (isOfCall(filter) || !excludesApplied(filter))) {
    query.andWhere('receipt.outcome IN (:...outcomes)', { outcomes });
  }
}

/** Whether an index alone finds the receipts: by call, by outcomes other than `applied`, or by time only. */
function isFoundByIndexAlone(filter: ReceiptFilter): boolean {
  if (isOfCall(filter)) return true;
  const { errorCode, sourceAddress, eventType } = filter;
  if ([errorCode, sourceAddress, eventType].some((criterion) => criterion !== undefined)) return false;
  return filter.outcomes === undefined || excludesApplied(filter);
}

function isOfCall({ callId, externalCallId }: ReceiptFilter): boolean {
  return callId !== undefined || externalCallId !== undefined;
}

function excludesApplied({ outcomes }: ReceiptFilter): boolean {
  return outcomes !== undefined && !outcomes.includes('applied');
}
