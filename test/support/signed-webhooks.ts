import { createHmac, randomUUID } from 'node:crypto';

/** Two secrets, made up for tests: as they are written into the environment, and their bytes. */
export const NEW_SECRET = Buffer.from('the newest secret of the tests');
export const OLD_SECRET = Buffer.from('the former secret of the tests');
export const OTHER_SECRET = Buffer.from('a secret that nobody here has.');

export const BRACKNET_HEADERS = {
  id: 'X-Bracknet-Nonce',
  timestamp: 'X-Bracknet-Timestamp',
  signature: 'X-Bracknet-Signature',
};

export interface Signing {
  readonly id?: string;
  /** As it is written into the header. */
  readonly timestamp?: string;
  readonly secret?: Buffer;
}

export function nowPlus(seconds: number): string {
  return String(Math.floor(Date.now() / 1000) + seconds);
}

/** Headers of a Standard Webhooks sender. Shares no code with the verification. */
export function signedHeaders(body: Buffer | string, signing: Signing = {}) {
  const { id = `msg_${randomUUID()}`, timestamp = nowPlus(0), secret = NEW_SECRET } = signing;
  const signature = createHmac('sha256', secret).update(`${id}.${timestamp}.`).update(body).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
}

/** Headers of a sender with the Bracknet profile. */
export function bracknetHeaders(body: Buffer | string, signing: Signing = {}) {
  const { id = randomUUID(), timestamp = nowPlus(0), secret = NEW_SECRET } = signing;
  const signature = createHmac('sha256', secret).update(`${timestamp}.${id}.`).update(body).digest('hex');
  return {
    'x-bracknet-nonce': id,
    'x-bracknet-timestamp': timestamp,
    'x-bracknet-signature': `v1=${signature}`,
  };
}
