import { createHash, createHmac } from 'node:crypto';

/** Creates the signature headers of a webhook. */
export type Signer = (rawBody: string) => Record<string, string>;

export const SIGNATURE_PROFILES = ['standard', 'bracknet'] as const;
export type SignatureProfile = (typeof SIGNATURE_PROFILES)[number];

/** No signature headers, for a CRM that does not verify signatures. */
export const unsigned: Signer = () => ({});

/** @param secret `whsec_` and base64, as Standard Webhooks writes it, or text */
export function signerOf(profile: SignatureProfile, secret: string): Signer {
  const key = secret.startsWith('whsec_')
    ? Buffer.from(secret.slice('whsec_'.length), 'base64')
    : Buffer.from(secret);
  return (rawBody): Record<string, string> => {
    // The id depends only on the body, so that the CRM recognizes a repeated event as a duplicate.
    const id = `evt_${createHash('sha256').update(rawBody).digest('hex').slice(0, 32)}`;
    const time = String(Math.floor(Date.now() / 1000));
    const mac = (signed: string) => createHmac('sha256', key).update(signed).digest();
    return profile === 'standard'
      ? {
          'webhook-id': id,
          'webhook-timestamp': time,
          'webhook-signature': `v1,${mac(`${id}.${time}.${rawBody}`).toString('base64')}`,
        }
      : {
          'X-Bracknet-Timestamp': time,
          'X-Bracknet-Nonce': id,
          'X-Bracknet-Signature': `v1=${mac(`${time}.${id}.${rawBody}`).toString('hex')}`,
        };
  };
}
