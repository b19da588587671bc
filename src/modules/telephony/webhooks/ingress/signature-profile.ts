/** What a signature covers, in the order in which it is signed. */
export type SignedPart = 'id' | 'timestamp' | 'body';

/** How a sender signs: everything that differs from one scheme to another, as data. HMAC-SHA256 is the same in all. */
export interface SignatureProfile {
  readonly name: 'standard' | 'bracknet';
  readonly headers: {
    readonly id: string;
    readonly timestamp: string;
    readonly signature: string;
  };
  readonly encoding: 'base64' | 'hex';
  /** Stands before each signature, and names the version of the scheme. */
  readonly prefix: 'v1,' | 'v1=';
  /** Stands between the parts that are signed. */
  readonly partSeparator: string;
  /** Stands between signatures, when a header has several. */
  readonly signatureSeparator: string;
  readonly signedParts: readonly SignedPart[];
}

/** Standard Webhooks 1.0: libraries for it are published in most languages. */
export const STANDARD_PROFILE: SignatureProfile = {
  name: 'standard',
  headers: { id: 'webhook-id', timestamp: 'webhook-timestamp', signature: 'webhook-signature' },
  encoding: 'base64',
  prefix: 'v1,',
  partSeparator: '.',
  signatureSeparator: ' ',
  signedParts: ['id', 'timestamp', 'body'],
};

/** For a PBX that can do less. Its headers and encoding are configuration. */
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
