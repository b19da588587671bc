import { createHmac, randomBytes, randomUUID } from 'node:crypto';

/** Signing as the PBX does, from the documents alone: it shares nothing with the service that checks it. */

/** One line of the headers. They stay a list, for a forger may send one twice. */
export type Header = readonly [name: string, value: string];

/** What is posted: the bytes, and the headers that sign them. */
export interface Message {
  readonly headers: readonly Header[];
  readonly body: Buffer;
}

/** Made up for this run. */
export const SECRETS = {
  newest: `whsec_${randomBytes(32).toString('base64')}`,
  /** Still taken where a server is told so. */
  old: `whsec_${randomBytes(24).toString('base64')}`,
  /** As a PBX may write it that knows nothing of Standard Webhooks. */
  plain: randomBytes(24).toString('hex'),
  /** Known to no server. */
  foreign: `whsec_${randomBytes(32).toString('base64')}`,
};

/** What a signature is made of, each part as it stands on the wire. */
export interface Parts {
  readonly id: string;
  readonly timestamp: string;
  /** What the signature is about; what is sent may differ. */
  readonly body: Buffer;
  readonly secret: string;
}

/** A way to sign. */
export interface Profile {
  readonly name: 'standard' | 'bracknet';
  readonly secret: string;
  readonly idHeader: string;
  readonly timestampHeader: string;
  readonly signatureHeader: string;
  /** The text before a signature, and its encoding. */
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

/** For a PBX that can do less. */
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

/** Seconds since 1970, `offset` seconds from now, as they stand in the header. */
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

/** The headers that say `parts`, under that signature. */
export function headersOf(profile: Profile, { id, timestamp }: Parts, signature: string): Header[] {
  return [
    [profile.idHeader, id],
    [profile.timestampHeader, timestamp],
    [profile.signatureHeader, signature],
  ];
}

/** Signed as it should be, but for what is given. */
export function signed(profile: Profile, body: Buffer, over: Partial<Parts> = {}): Message {
  const parts = partsOf(profile, body, over);
  return { headers: headersOf(profile, parts, signatureOf(profile, parts)), body };
}
