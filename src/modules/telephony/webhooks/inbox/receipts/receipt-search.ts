import { Injectable } from '@nestjs/common';
import type { SelectQueryBuilder } from 'typeorm';
import { FIRST, isBefore, LAST, type ReceiptPosition } from './receipt-position.js';
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
  readonly from?: ReceiptPosition;
  /** Exclusive. */
  readonly before?: ReceiptPosition;
}

/** A receipt without its body. */
export type ReceiptSummary = Omit<WebhookReceipt, 'body' | 'provider' | 'deliveryId'>;

export interface ReceiptPage {
  readonly items: ReceiptSummary[];
  /** `before` of the next page; null: this is the last page. */
  readonly next: ReceiptPosition | null;
}

/**
 * Most receipts that are examined for one page when no index matches the filter. The page then ends even if it is not
 * full, so that a search for rare receipts among millions stays fast.
 */
export const MAX_EXAMINED = 10_000;

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

/** With microseconds, which a Date cannot hold. */
const POSITION = `to_char(receipt.received_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

interface Span {
  readonly from: ReceiptPosition;
  readonly before: ReceiptPosition;
}

interface FoundReceipt {
  readonly item: ReceiptSummary;
  readonly position: ReceiptPosition;
}

type Query = SelectQueryBuilder<WebhookReceipt>;

/** Searches receipts, newest first and page by page. Each query uses an index, whatever the filter is. */
@Injectable()
export class ReceiptSearch {
  constructor(private readonly receipts: WebhookReceiptRepository) {}

  async page(filter: ReceiptFilter, limit: number): Promise<ReceiptPage> {
    const span = { from: filter.from ?? FIRST, before: filter.before ?? LAST };
    const end = isFoundByIndexAlone(filter) ? null : await this.endOfExamination(filter, span);
    const from = end !== null && isBefore(span.from, end) ? end : span.from;

    const queries = this.queriesFor(filter, { ...span, from });
    for (const query of queries) addUnindexedCriteria(query, filter);
    const found = await Promise.all(queries.map((query) => receiptsOf(query, limit + 1)));
    const newestFirst = found.flat().sort((a, b) => (isBefore(a.position, b.position) ? 1 : -1));
    const shown = newestFirst.slice(0, limit);
    const isFull = newestFirst.length > limit;
    return { items: shown.map(({ item }) => item), next: isFull ? (shown.at(-1)?.position ?? null) : end };
  }

  /** Position of the last receipt that is examined for this page; null: fewer than the limit have to be examined. */
  private async endOfExamination(filter: ReceiptFilter, span: Span): Promise<ReceiptPosition | null> {
    const queries = this.queriesFor(filter, span);
    const found = await Promise.all(queries.map((query) => positionsOf(query, MAX_EXAMINED)));
    const newestFirst = found.flat().sort((a, b) => (isBefore(a, b) ? 1 : -1));
    return newestFirst[MAX_EXAMINED - 1] ?? null;
  }

  /** Queries whose results together are the receipts of a span, each of which uses an index that fits the filter. */
  private queriesFor(filter: ReceiptFilter, span: Span): Query[] {
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

  private querySpan({ from, before }: Span): Query {
    return this.receipts
      .createQueryBuilder('receipt')
      .where(
        '(receipt.received_at, receipt.id) < (CAST(:beforeTime AS timestamptz), CAST(:beforeId AS bigint))',
        { beforeTime: before.receivedAt, beforeId: before.id },
      )
      .andWhere(
        '(receipt.received_at, receipt.id) >= (CAST(:fromTime AS timestamptz), CAST(:fromId AS bigint))',
        {
          fromTime: from.receivedAt,
          fromId: from.id,
        },
      );
  }

  /** A call has few receipts: they are selected by the indexes on the call first, and sorted afterwards. */
  private queryOfCall({ callId, externalCallId }: ReceiptFilter, span: Span): Query {
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

async function receiptsOf(query: Query, limit: number): Promise<FoundReceipt[]> {
  const { entities, raw } = await inOrder(query.select(SUMMARY.map((column) => `receipt.${column}`)))
    .addSelect(POSITION, 'position')
    .limit(limit)
    .getRawAndEntities<{ position: string }>();
  return entities.map((item, index) => ({
    item,
    position: { receivedAt: raw[index]?.position ?? '', id: item.id },
  }));
}

async function positionsOf(query: Query, limit: number): Promise<ReceiptPosition[]> {
  return inOrder(query.select('receipt.id', 'id'))
    .addSelect(POSITION, 'receivedAt')
    .limit(limit)
    .getRawMany<ReceiptPosition>();
}

function inOrder(query: Query): Query {
  return query.orderBy('receipt.receivedAt', 'DESC').addOrderBy('receipt.id', 'DESC');
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
