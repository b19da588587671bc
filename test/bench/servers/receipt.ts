import type { SignedWebhook } from './bare-http.js';

/** The columns of a receipt that are not the same for all of them. */
export interface Receipt {
  readonly delivery_id: string;
  readonly route: string;
  readonly event_type: unknown;
  readonly external_call_id: unknown;
  readonly source_address: string;
  readonly body: string;
  readonly occurred_at: unknown;
  readonly received_at: string;
}

/** What the service writes of every event, without the call, which these servers do not have. */
const INSERT = `
  INSERT INTO telephony_webhook_receipts
    (provider, outcome, occurred_at_source, key_id,
     delivery_id, route, event_type, external_call_id, source_address, body, occurred_at, received_at)`;
const FIXED = `'bracknet', 'applied', 'pbx', 'a1b2c3d4'`;

/** Of many receipts in one parameter, as JSON: the fastest of three ways, the others being arrays and lists of values. */
export const INSERT_MANY = `${INSERT}
  SELECT ${FIXED}, delivery_id, route, event_type, external_call_id, source_address, convert_to(body, 'UTF8'),
         occurred_at, received_at
    FROM json_to_recordset($1) AS receipt
      (delivery_id text, route text, event_type text, external_call_id text, source_address text, body text,
       occurred_at timestamptz, received_at timestamptz)`;

/** Of one, whose values come in the order of {@link Receipt}. */
export const INSERT_ONE = `${INSERT} VALUES (${FIXED}, $1, $2, $3, $4, $5, convert_to($6, 'UTF8'), $7, $8)`;

export function receiptOf({ id, route, body, sourceAddress }: SignedWebhook): Receipt {
  const text = body.toString();
  const payload = JSON.parse(text) as Record<string, unknown>;
  return {
    delivery_id: id,
    route,
    event_type: payload.event ?? route,
    external_call_id: payload.bracknet_call_id,
    source_address: sourceAddress,
    body: text,
    occurred_at: payload.timestamp,
    received_at: new Date().toISOString(),
  };
}
