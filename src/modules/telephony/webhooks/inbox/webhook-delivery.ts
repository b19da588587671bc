import { isNotableSkew } from '../../../../common/time/clock-skew.js';
import { wholeSeconds } from '../../../../common/time/whole-seconds.js';
import type { ReadPayload, WebhookRoute } from '../../bracknet/bracknet-event.js';
import { readPayload, type ReadingContext } from '../../bracknet/bracknet-mapper.js';
import type { CallEvent } from '../../calls/domain/call-event.js';
import { deliveryIdOf, unreadableDeliveryIdOf } from './delivery-id.js';
import { parseBody } from './webhook-body.js';
import type { NewReceipt } from './receipts/webhook-receipt.repository.js';

/** One webhook request that passed the ingress. */
export interface Delivery {
  readonly route: WebhookRoute;
  readonly body: Buffer;
  readonly sourceAddress: string;
  /** The id that the signature covers; null: no valid signature. */
  readonly signedId: string | null;
  /** Id of the key of the signature; null: no valid signature. */
  readonly keyId: string | null;
}

/** A parsed delivery, with the receipt to store for it. */
export interface ReadDelivery {
  readonly read: ReadPayload;
  readonly receipt: NewReceipt;
}

export interface ReadingRules {
  readonly provider: string;
  readonly receivedAt: Date;
  /** IANA zone in which a `timestamp` without an offset is read. */
  readonly timeZone: string;
  /** Whether a body that names no event is refused on every route: when it comes, where signatures are enforced. */
  readonly requiresEvent?: boolean;
  /** Whether a recording may be on this machine: of a simulated PBX. */
  readonly allowsLocalRecordings?: boolean;
}

/** Parses a delivery and builds its receipt. The outcome `applied` holds only if applying the event succeeds. Never throws. */
export function readDelivery(delivery: Delivery, { provider, ...rules }: ReadingRules): ReadDelivery {
  const { route, body, sourceAddress, signedId, keyId } = delivery;
  const read = readBody(body, { route, ...rules });
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
      clockSkewSeconds: notableSkewOf(event),
      ignoredFields: read.kind === 'event' && read.ignoredFields.length > 0 ? [...read.ignoredFields] : null,
      receivedAt: rules.receivedAt,
    },
  };
}

const OUTCOME_OF = { event: 'applied', 'unknown-event': 'ignored', refused: 'quarantined' } as const;

function readBody(bytes: Buffer, context: ReadingContext): ReadPayload {
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

/** By how many seconds the PBX's clock was ahead of ours when it reported an event; null: it reported no time. */
export function clockSkewOf({ reportedAt, receivedAt }: CallEvent): number | null {
  return reportedAt === null ? null : (reportedAt.getTime() - receivedAt.getTime()) / 1000;
}

function notableSkewOf(event: CallEvent | null): number | null {
  const skew = event === null ? null : clockSkewOf(event);
  return skew !== null && isNotableSkew(skew) ? wholeSeconds(skew) : null;
}
