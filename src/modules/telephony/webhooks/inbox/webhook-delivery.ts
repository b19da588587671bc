import { wholeSecondsBetween } from '../../../../common/time/whole-seconds.js';
import type { ReadPayload, WebhookRoute } from '../../bracknet/bracknet-event.js';
import { readPayload } from '../../bracknet/bracknet-mapper.js';
import { deliveryIdOf, unreadableDeliveryIdOf } from './delivery-id.js';
import { parseBody } from './webhook-body.js';
import type { NewReceipt } from './receipts/webhook-receipt.repository.js';

/** Beyond this the PBX's clock is worth a note on the receipt; its time still orders its events. */
const NOTABLE_SKEW_SECONDS = 600;

/** One webhook request, as it came. */
export interface Delivery {
  readonly route: WebhookRoute;
  readonly body: Buffer;
  readonly sourceAddress: string;
  /** The id that its signature covers; null: it came unsigned. */
  readonly signedId: string | null;
  /** Which of the keys that signature was made with. */
  readonly keyId: string | null;
}

/** A delivery and what was read in it. */
export interface ReadDelivery {
  readonly read: ReadPayload;
  readonly receipt: NewReceipt;
}

export interface ReadingRules {
  readonly provider: string;
  readonly receivedAt: Date;
  /** IANA zone in which a `timestamp` without an offset is read. */
  readonly timeZone: string;
}

/** Reads a delivery, and drafts the receipt it gets if all goes well. Never throws. */
export function readDelivery(
  delivery: Delivery,
  { provider, receivedAt, timeZone }: ReadingRules,
): ReadDelivery {
  const { route, body, sourceAddress, signedId, keyId } = delivery;
  const read = readBody(body, { route, receivedAt, timeZone });
  const event = read.kind === 'event' ? read.event : null;
  return {
    read,
    receipt: {
      provider,
      deliveryId:
        signedId ?? (event === null ? unreadableDeliveryIdOf(route, body) : deliveryIdOf(event, body)),
      route,
      eventType: read.kind === 'refused' ? null : read.name,
      externalCallId: event?.externalCallId ?? null,
      callId: null,
      sourceAddress,
      keyId,
      outcome: OUTCOME_OF[read.kind],
      errorCode: read.kind === 'refused' ? read.code : null,
      errorDetails: read.kind === 'refused' ? read.details : null,
      body,
      occurredAt: event?.occurredAt ?? null,
      occurredAtSource: event?.timeSource ?? null,
      clockSkewSeconds: event === null ? null : notableSkew(event.occurredAt, receivedAt),
      receivedAt,
    },
  };
}

const OUTCOME_OF = { event: 'applied', 'unknown-event': 'ignored', refused: 'quarantined' } as const;

function readBody(
  bytes: Buffer,
  context: { route: WebhookRoute; receivedAt: Date; timeZone: string },
): ReadPayload {
  const body = parseBody(bytes);
  if (body.ok) return readPayload(body.value, context);
  const message = `The event was not understood: the body ${body.problem}`;
  return {
    kind: 'refused',
    code: 'WEBHOOK_INVALID',
    message,
    details: [{ field: '(body)', problem: body.problem }],
  };
}

function notableSkew(occurredAt: Date, receivedAt: Date): number | null {
  const skew = wholeSecondsBetween(receivedAt, occurredAt);
  return Math.abs(skew) > NOTABLE_SKEW_SECONDS ? skew : null;
}
