import { Injectable } from '@nestjs/common';
import type { SelectQueryBuilder } from 'typeorm';
import { FIRST, isBefore, LAST, type ReceiptPosition } from './receipt-position.js';
import type { ReceiptOutcome, WebhookReceipt } from './webhook-receipt.entity.js';
import { WebhookReceiptRepository } from './webhook-receipt.repository.js';

/** Which receipts are looked for; what is left out does not matter. */
export interface ReceiptFilter {
  readonly outcomes?: readonly ReceiptOutcome[];
  readonly eventType?: string;
  readonly externalCallId?: string;
  readonly callId?: number;
  /** Those that came at this position or later. */
  readonly from?: ReceiptPosition;
  /** Those that came before this position. */
  readonly before?: ReceiptPosition;
}

/** A receipt without the bytes that came. */
export type ReceiptSummary = Omit<WebhookReceipt, 'body' | 'provider' | 'deliveryId'>;

export interface ReceiptPage {
  readonly items: ReceiptSummary[];
  /** Where to go on; null: there is nothing more. */
  readonly next: ReceiptPosition | null;
}

/**
 * Most receipts that are looked at for one page, where what is looked for has no index of its own: beyond them the page
 * ends, be it full or not, so that looking for what is rare among millions never takes long.
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
  'receivedAt',
  'attempts',
  'nextAttemptAt',
  'decision',
  'decidedBy',
  'decidedAt',
  'decisionReason',
] as const satisfies readonly (keyof ReceiptSummary)[];

/** To the microsecond, which a Date does not hold. */
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

/** Looks receipts up: newest first, page by page, and by an index whatever is looked for. */
@Injectable()
export class ReceiptSearch {
  constructor(private readonly receipts: WebhookReceiptRepository) {}

  async page(filter: ReceiptFilter, limit: number): Promise<ReceiptPage> {
    const span = { from: filter.from ?? FIRST, before: filter.before ?? LAST };
    const end = isFoundByIndexAlone(filter) ? null : await this.endOfExamination(filter, span);
    const from = end !== null && isBefore(span.from, end) ? end : span.from;

    const queries = this.queriesFor(filter, { ...span, from });
    for (const query of queries) narrowToFilter(query, filter);
    const found = await Promise.all(queries.map((query) => receiptsOf(query, limit + 1)));
    const newestFirst = found.flat().sort((a, b) => (isBefore(a.position, b.position) ? 1 : -1));
    const shown = newestFirst.slice(0, limit);
    const isFull = newestFirst.length > limit;
    return { items: shown.map(({ item }) => item), next: isFull ? (shown.at(-1)?.position ?? null) : end };
  }

  /** The last receipt that is looked at for one page; null: all of them are. */
  private async endOfExamination(filter: ReceiptFilter, span: Span): Promise<ReceiptPosition | null> {
    const queries = this.queriesFor(filter, span);
    const found = await Promise.all(queries.map((query) => positionsOf(query, MAX_EXAMINED)));
    const newestFirst = found.flat().sort((a, b) => (isBefore(a, b) ? 1 : -1));
    return newestFirst[MAX_EXAMINED - 1] ?? null;
  }

  /** Queries that together find the receipts of a span by the index that is meant for what is looked for. */
  private queriesFor(filter: ReceiptFilter, span: Span): Query[] {
    if (isOfCall(filter)) return [this.queryOfCall(filter, span)];
    const { outcomes = [] } = filter;
    if (!isSetAside(filter)) return [this.querySpan(span)];
    // The index of what is set aside is in order for one outcome at a time.
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

  /** A call's receipts are few: they are found by its indexes first, and then put in order. */
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

/** Adds what no index knows. */
function narrowToFilter(query: Query, filter: ReceiptFilter): void {
  const { outcomes, eventType } = filter;
  if (eventType !== undefined) query.andWhere('receipt.eventType = :eventType', { eventType });
  if (outcomes !== undefined && (isOfCall(filter) || !isSetAside(filter))) {
    query.andWhere('receipt.outcome IN (:...outcomes)', { outcomes });
  }
}

async function receiptsOf(query: Query, most: number): Promise<FoundReceipt[]> {
  const { entities, raw } = await inOrder(query.select(SUMMARY.map((column) => `receipt.${column}`)))
    .addSelect(POSITION, 'position')
    .limit(most)
    .getRawAndEntities<{ position: string }>();
  return entities.map((item, index) => ({
    item,
    position: { receivedAt: raw[index]?.position ?? '', id: item.id },
  }));
}

async function positionsOf(query: Query, most: number): Promise<ReceiptPosition[]> {
  return inOrder(query.select('receipt.id', 'id'))
    .addSelect(POSITION, 'receivedAt')
    .limit(most)
    .getRawMany<ReceiptPosition>();
}

function inOrder(query: Query): Query {
  return query.orderBy('receipt.receivedAt', 'DESC').addOrderBy('receipt.id', 'DESC');
}

/** The receipts of a call are few; so are those of an outcome, one after the other, unless it is the usual one. */
function isFoundByIndexAlone(filter: ReceiptFilter): boolean {
  if (isOfCall(filter)) return true;
  return filter.eventType === undefined && (filter.outcomes === undefined || isSetAside(filter));
}

function isOfCall({ callId, externalCallId }: ReceiptFilter): boolean {
  return callId !== undefined || externalCallId !== undefined;
}

function isSetAside({ outcomes }: ReceiptFilter): boolean {
  return outcomes !== undefined && !outcomes.includes('applied');
}
