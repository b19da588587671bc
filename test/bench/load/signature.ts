import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** How far the time of a signature may lie from now, in seconds. */
const WINDOW_SECONDS = 300;

const PREFIX = 'v1,';

/** The key of a secret as Standard Webhooks writes it: `whsec_` and Base64. */
export function keyOf(secret: string): KeyObject {
  return createSecretKey(Buffer.from(secret.slice('whsec_'.length), 'base64'));
}

/** By Standard Webhooks: `v1,` and the Base64 of the HMAC-SHA256 of `id.timestamp.body`. */
export function sign(key: KeyObject, id: string, timestamp: string, body: string | Buffer): string {
  const hmac = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body);
  return PREFIX + hmac.digest('base64');
}

/** Whether the headers bear the signature of these bytes: as much of a check as those we compare ourselves with make. */
export function isSigned(key: KeyObject, headers: IncomingHttpHeaders, body: Buffer): boolean {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature } = headers;
  if (typeof id !== 'string' || typeof timestamp !== 'string' || typeof signature !== 'string') return false;
  if (!(Math.abs(Date.now() / 1000 - Number(timestamp)) <= WINDOW_SECONDS)) return false;
  const given = Buffer.from(signature);
  const due = Buffer.from(sign(key, id, timestamp, body));
  return given.length === due.length && timingSafeEqual(given, due);
}
