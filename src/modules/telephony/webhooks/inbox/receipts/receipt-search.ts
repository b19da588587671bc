import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { ReceiptOutcome, WebhookReceipt } from './webhook-receipt.entity.js';
import { FIRST, isBefore, LAST, type ReceiptPosition } from './receipt-position.js';

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

const TABLE = 'telephony_webhook_receipts';
const COLUMNS = `id, route, event_type, external_call_id, call_id, source_address, key_id, outcome, error_code,
  error_details, occurred_at, occurred_at_source, clock_skew_seconds, received_at, attempts, next_attempt_at, decision,
  decided_by, decided_at, decision_reason`;
/** The names of the entity; bigint is text. */
const SUMMARY = COLUMNS.replaceAll(/\w+/gu, (column) => `${column} AS "${camelCased(column)}"`);
const POSITION = `to_char(received_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') AS position`;
const NEWEST_FIRST = 'ORDER BY received_at DESC, id DESC';

interface Span {
  readonly from: ReceiptPosition;
  readonly before: ReceiptPosition;
}

/** Values of a statement, in the order of their numbers. */
class Values {
  readonly all: unknown[] = [];

  add(value: unknown): string {
    return `$${this.all.push(value)}`;
  }
}

/** Looks receipts up: newest first, page by page, and by an index whatever is looked for. */
@Injectable()
export class ReceiptSearch {
  constructor(private readonly dataSource: DataSource) {}

  async page(filter: ReceiptFilter, limit: number): Promise<ReceiptPage> {
    const span = { from: filter.from ?? FIRST, before: filter.before ?? LAST };
    const end = isFoundByIndexAlone(filter) ? null : await this.endOfExamination(filter, span);
    const from = end !== null && isBefore(span.from, end) ? end : span.from;

    const values = new Values();
    const found = `SELECT ${SUMMARY}, ${POSITION}
      FROM ${sourceOf(filter, { ...span, from }, values, true, limit + 1)} ${NEWEST_FIRST} LIMIT ${limit + 1}`;
    const rows = await this.dataSource.query<(ReceiptSummary & { position: string })[]>(found, values.all);

    const shown = rows.slice(0, limit);
    const last = shown.at(-1);
    const isFull = rows.length > limit && last !== undefined;
    return {
      items: shown.map(({ position: _position, ...item }) => item),
      next: isFull ? { receivedAt: last.position, id: last.id } : end,
    };
  }

  /** The last receipt that is looked at for one page; null: all of them are. */
  private async endOfExamination(filter: ReceiptFilter, span: Span): Promise<ReceiptPosition | null> {
    const values = new Values();
    const [last] = await this.dataSource.query<{ id: string; position: string }[]>(
      `SELECT id, ${POSITION} FROM ${sourceOf(filter, span, values, false, MAX_EXAMINED)}
        ${NEWEST_FIRST} OFFSET ${MAX_EXAMINED - 1} LIMIT 1`,
      values.all,
    );
    return last === undefined ? null : { receivedAt: last.position, id: last.id };
  }
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

/**
 * From where receipts are read, as a table. What no index knows is compared only when `thoroughly`.
 *
 * The words matter: each way is by the one index that is meant for it. OFFSET 0 keeps PostgreSQL from choosing another.
 */
function sourceOf(
  filter: ReceiptFilter,
  span: Span,
  values: Values,
  thoroughly: boolean,
  limit: number,
): string {
  const { outcomes, eventType, callId, externalCallId } = filter;
  const within = `(received_at, id) < ${positionIn(values, span.before)}
    AND (received_at, id) >= ${positionIn(values, span.from)}`;
  const ofEvent =
    thoroughly && eventType !== undefined ? `AND event_type = ${values.add(eventType)}::varchar` : '';
  const ofOutcome = (): string =>
    thoroughly && outcomes !== undefined ? `AND outcome = ANY (${values.add(outcomes)}::varchar[])` : '';

  if (isOfCall(filter)) {
    const ofCall = [
      ...(callId === undefined ? [] : [`call_id = ${values.add(callId)}::integer`]),
      ...(externalCallId === undefined ? [] : [`external_call_id = ${values.add(externalCallId)}::varchar`]),
    ].join(' AND ');
    return `(SELECT ${COLUMNS} FROM ${TABLE} WHERE ${ofCall} OFFSET 0) AS receipt WHERE ${within} ${ofEvent} ${ofOutcome()}`;
  }
  const ordered = (condition: string): string =>
    `(SELECT ${COLUMNS} FROM ${TABLE} WHERE ${within} ${condition} ${NEWEST_FIRST} LIMIT ${limit}) AS receipt`;
  return isSetAside(filter)
    ? `unnest(${values.add(outcomes)}::varchar[]) AS sought(kind) CROSS JOIN LATERAL
       ${ordered(`AND outcome = sought.kind AND outcome <> 'applied' ${ofEvent}`)}`
    : ordered(`${ofEvent} ${ofOutcome()}`);
}

function positionIn(values: Values, { receivedAt, id }: ReceiptPosition): string {
  return `(${values.add(receivedAt)}::timestamptz, ${values.add(id)}::bigint)`;
}

function camelCased(column: string): string {
  return column.replaceAll(/_(\w)/gu, (_, letter: string) => letter.toUpperCase());
}
