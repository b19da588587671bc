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
export const INSERT_RECEIPTS = `
  INSERT INTO telephony_webhook_receipts
    (provider, delivery_id, route, event_type, external_call_id, source_address, outcome, body, occurred_at,
     occurred_at_source, received_at, key_id)
  SELECT 'bracknet', delivery_id, route, event_type, external_call_id, source_address, 'applied',
         convert_to(body, 'UTF8'), occurred_at, 'pbx', received_at, 'a1b2c3d4'
    FROM json_to_recordset($1) AS receipt
      (delivery_id text, route text, event_type text, external_call_id text, source_address text, body text,
       occurred_at timestamptz, received_at timestamptz)`;

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
