import { RowSet } from '../../../src/database/batch/row-set.js';
import type { SignedWebhook } from './bare-http.js';

/** The columns of a receipt that differ between events. */
export interface Receipt {
  readonly delivery_id: string;
  readonly route: string;
  readonly event_type: string;
  readonly external_call_id: string | null;
  readonly source_address: string;
  readonly body: Buffer;
  readonly occurred_at: Date | null;
  readonly received_at: Date;
}

/** The same columns that the service writes, except for the call, which these servers do not store. */
const INSERT = `
  INSERT INTO telephony_webhook_receipts
    (provider, outcome, occurred_at_source, key_id,
     delivery_id, route, event_type, external_call_id, source_address, body, occurred_at, received_at)`;
const FIXED = `'bracknet', 'applied', 'pbx', 'a1b2c3d4'`;

/** Binary arrays as in the service, the fastest known way. */
export const RECEIPTS = new RowSet<Receipt>('receipt', {
  delivery_id: ['text', (receipt) => receipt.delivery_id],
  route: ['text', (receipt) => receipt.route],
  event_type: ['text', (receipt) => receipt.event_type],
  external_call_id: ['text', (receipt) => receipt.external_call_id],
  source_address: ['text', (receipt) => receipt.source_address],
  body: ['bytea', (receipt) => receipt.body],
  occurred_at: ['timestamptz', (receipt) => receipt.occurred_at],
  received_at: ['timestamptz', (receipt) => receipt.received_at],
});

/** Inserts many {@link RECEIPTS}. */
export const INSERT_MANY = `${INSERT} SELECT ${FIXED}, receipt.* FROM ${RECEIPTS.source}`;

/** Inserts one; the parameters are the values of {@link Receipt} in their order. */
export const INSERT_ONE = `${INSERT} VALUES (${FIXED}, $1, $2, $3, $4, $5, $6, $7, $8)`;

/** The fields that are read from the body. */
interface Payload {
  readonly event?: string;
  readonly bracknet_call_id?: string;
  readonly timestamp?: string;
}

export function receiptOf({ id, route, body, sourceAddress }: SignedWebhook): Receipt {
  const payload = JSON.parse(body.toString()) as Payload;
  return {
    delivery_id: id,
    route,
    event_type: payload.event ?? route,
    external_call_id: payload.bracknet_call_id ?? null,
    source_address: sourceAddress,
    body,
    occurred_at: payload.timestamp === undefined ? null : new Date(payload.timestamp),
    received_at: new Date(),
  };
}
