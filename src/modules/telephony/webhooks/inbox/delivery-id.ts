import { createHash, randomUUID } from 'node:crypto';
import type { CallEvent } from '../../calls/domain/call-event.js';

/**
 * Id of an unsigned delivery: a hash of the event type and the body, so that a repeated delivery has the same id on any
 * route. An event with neither a call id nor a readable timestamp gets a random id, because two such events may have equal
 * bodies.
 */
export function deliveryIdOf(event: CallEvent, body: Buffer): string {
  const unnamed = event.externalCallId === null && event.reportedAt === null;
  return hashed(event.type, body, unnamed ? randomUUID() : '');
}

/** Id of an unsigned delivery without a readable event: a hash of the route and the body. */
export function unreadableDeliveryIdOf(route: string, body: Buffer): string {
  return hashed(route, body, '');
}

function hashed(kind: string, body: Buffer, nonce: string): string {
  return `sha256:${createHash('sha256').update(`${kind}\n${nonce}\n`).update(body).digest('hex')}`;
}

/** Id of a delivery that reuses the id of another one. It is stable, so that a repeated conflict is stored once. */
export function conflictIdOf(deliveryId: string, body: Buffer): string {
  return hashed(`conflict ${deliveryId}`, body, '');
}
