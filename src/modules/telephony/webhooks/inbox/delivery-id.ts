import { createHash, randomUUID } from 'node:crypto';
import type { CallEvent } from '../../calls/domain/call-event.js';

/**
 * Identity of a delivery that carries none of its own: the same event in the same bytes is the same delivery, by
 * whichever route it comes. Its call id and time are in the bytes; an event that has neither says too little to be
 * told from the next one, and so each counts as new.
 */
export function deliveryIdOf(event: CallEvent, body: Buffer): string {
  const unnamed = event.externalCallId === null && event.timeSource === 'received';
  return hashed(event.type, body, unnamed ? randomUUID() : '');
}

/** Identity of a delivery that is no event we know: what was posted where. */
export function unreadableDeliveryIdOf(route: string, body: Buffer): string {
  return hashed(route, body, '');
}

function hashed(kind: string, body: Buffer, nonce: string): string {
  return `sha256:${createHash('sha256').update(`${kind}\n${nonce}\n`).update(body).digest('hex')}`;
}

/** Identity of a delivery whose own is another's already: the same conflict again is the same delivery. */
export function conflictIdOf(deliveryId: string, body: Buffer): string {
  return hashed(`conflict ${deliveryId}`, body, '');
}
