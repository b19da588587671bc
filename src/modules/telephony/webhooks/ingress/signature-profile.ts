/** A part of a request that a signature covers. */
export type SignedPart = 'id' | 'timestamp' | 'body';

/** The parameters of a signature scheme. All schemes use HMAC-SHA256. */
export interface SignatureProfile {
  readonly name: 'standard' | 'bracknet';
  readonly headers: {
    readonly id: string;
    readonly timestamp: string;
    readonly signature: string;
  };
  readonly encoding: 'base64' | 'hex';
  /** Prefix of each signature: the version of the scheme. */
  readonly prefix: 'v1,' | 'v1=';
  /** Separates the parts that are signed. */
  readonly partSeparator: string;
  /** Separates the signatures of one header. */
  readonly signatureSeparator: string;
  /** In the order in which they are signed. */
  readonly signedParts: readonly SignedPart[];
}

/** Standard Webhooks 1.0, which has libraries for most languages. */
export const STANDARD_PROFILE: SignatureProfile = {
  name: 'standard',
  headers: { id: 'webhook-id', timestamp: 'webhook-timestamp', signature: 'webhook-signature' },
  encoding: 'base64',
  prefix: 'v1,',
  partSeparator: '.',
  signatureSeparator: ' ',
  signedParts: ['id', 'timestamp', 'body'],
};

/** For a PBX that does not support Standard Webhooks. Headers and encoding are configurable. */
export function bracknetProfile(
  headers: SignatureProfile['headers'],
  encoding: SignatureProfile['encoding'],
): SignatureProfile {
  return {
    name: 'bracknet',
    headers,
    encoding,
    prefix: 'v1=',
    partSeparator: '.',
    signatureSeparator: ' ',
    signedParts: ['timestamp', 'id', 'body'],
  };
}
