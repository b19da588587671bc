import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** Accepted difference between the time of a signature and now, in seconds. */
const WINDOW_SECONDS = 300;

const PREFIX = 'v1,';

/** The key of a Standard Webhooks secret: `whsec_` and Base64. */
export function keyOf(secret: string): KeyObject {
  return createSecretKey(Buffer.from(secret.slice('whsec_'.length), 'base64'));
}

/** Standard Webhooks: `v1,` and the Base64 of the HMAC-SHA256 of `id.timestamp.body`. */
export function sign(key: KeyObject, id: string, timestamp: string, body: string | Buffer): string {
  const hmac = createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body);
  return PREFIX + hmac.digest('base64');
}

/** Verifies the signature headers of a body. Used by the reference servers. */
export function isSigned(key: KeyObject, headers: IncomingHttpHeaders, body: Buffer): boolean {
  const { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signature } = headers;
  if (typeof id !== 'string' || typeof timestamp !== 'string' || typeof signature !== 'string') return false;
  if (!(Math.abs(Date.now() / 1000 - Number(timestamp)) <= WINDOW_SECONDS)) return false;
  const given = Buffer.from(signature);
  const expected = Buffer.from(sign(key, id, timestamp, body));
  return given.length === expected.length && timingSafeEqual(given, expected);
}
