import { createHmac, randomBytes, randomUUID } from 'node:crypto';

/** Signs webhooks like the PBX. Written from the documents; shares no code with the verification of the service. */

/** A header line. Headers are a list, because forgeries may repeat one. */
export type Header = readonly [name: string, value: string];

/** The body of a webhook and its signature headers. */
export interface Message {
  readonly headers: readonly Header[];
  readonly body: Buffer;
}

/** Secrets, generated for each run. */
export const SECRETS = {
  newest: `whsec_${randomBytes(32).toString('base64')}`,
  /** The second secret of servers that accept two. */
  old: `whsec_${randomBytes(24).toString('base64')}`,
  /** Plain text, for a PBX without Standard Webhooks. */
  plain: randomBytes(24).toString('hex'),
  /** Not configured on any server. */
  foreign: `whsec_${randomBytes(32).toString('base64')}`,
};

/** The parts of a signed message, as they are sent. */
export interface Parts {
  readonly id: string;
  readonly timestamp: string;
  /** The signed body; the sent one may differ. */
  readonly body: Buffer;
  readonly secret: string;
}

/** A signature profile. */
export interface Profile {
  readonly name: 'standard' | 'bracknet';
  readonly secret: string;
  readonly idHeader: string;
  readonly timestampHeader: string;
  readonly signatureHeader: string;
  /** Prefix of a signature in the header. */
  readonly prefix: string;
  readonly encoding: 'base64' | 'hex';
  readonly signedText: (parts: Parts) => Buffer;
}

export const STANDARD: Profile = {
  name: 'standard',
  secret: SECRETS.newest,
  idHeader: 'webhook-id',
  timestampHeader: 'webhook-timestamp',
  signatureHeader: 'webhook-signature',
  prefix: 'v1,',
  encoding: 'base64',
  signedText: ({ id, timestamp, body }) => Buffer.concat([Buffer.from(`${id}.${timestamp}.`), body]),
};

/** Profile for a PBX without Standard Webhooks. */
export const BRACKNET: Profile = {
  name: 'bracknet',
  secret: SECRETS.plain,
  idHeader: 'X-Bracknet-Nonce',
  timestampHeader: 'X-Bracknet-Timestamp',
  signatureHeader: 'X-Bracknet-Signature',
  prefix: 'v1=',
  encoding: 'hex',
  signedText: ({ id, timestamp, body }) => Buffer.concat([Buffer.from(`${timestamp}.${id}.`), body]),
};

export function newId(): string {
  return `evt_${randomUUID()}`;
}

/** Unix time in seconds, `offset` seconds from now, as in the header. */
export function timestampAt(offset = 0): string {
  return String(Math.floor(Date.now() / 1000) + offset);
}

/** 32 bytes. */
export function macOf(profile: Profile, parts: Parts): Buffer {
  const { secret } = parts;
  const key = secret.startsWith('whsec_')
    ? Buffer.from(secret.slice('whsec_'.length), 'base64')
    : Buffer.from(secret);
  return createHmac('sha256', key).update(profile.signedText(parts)).digest();
}

export function partsOf(profile: Profile, body: Buffer, over: Partial<Parts> = {}): Parts {
  return { id: newId(), timestamp: timestampAt(), body, secret: profile.secret, ...over };
}

export function signatureOf(profile: Profile, parts: Parts): string {
  return profile.prefix + macOf(profile, parts).toString(profile.encoding);
}

/** The headers for `parts` with this signature. */
export function headersOf(profile: Profile, { id, timestamp }: Parts, signature: string): Header[] {
  return [
    [profile.idHeader, id],
    [profile.timestampHeader, timestamp],
    [profile.signatureHeader, signature],
  ];
}

/** A correctly signed message, except for the parts in `over`. */
export function signed(profile: Profile, body: Buffer, over: Partial<Parts> = {}): Message {
  const parts = partsOf(profile, body, over);
  return { headers: headersOf(profile, parts, signatureOf(profile, parts)), body };
}
