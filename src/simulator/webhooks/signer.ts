import { createHash, createHmac } from 'node:crypto';

/** Headers that prove to the CRM who posted a webhook. */
export type Signer = (rawBody: string) => Record<string, string>;

export const SIGNATURE_PROFILES = ['standard', 'bracknet'] as const;
export type SignatureProfile = (typeof SIGNATURE_PROFILES)[number];

/** Signs nothing: the CRM is not expected to look. */
export const unsigned: Signer = () => ({});

/** @param secret `whsec_` and base64, as Standard Webhooks writes it, or text */
export function signerOf(profile: SignatureProfile, secret: string): Signer {
  const key = secret.startsWith('whsec_')
    ? Buffer.from(secret.slice('whsec_'.length), 'base64')
    : Buffer.from(secret);
  return (rawBody): Record<string, string> => {
    // The same event has the same id, however often it is posted: so its repetition is known for one.
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
