const MIN_BYTES = 24;

/** Format of a secret in Standard Webhooks: prefix and base64. */
const ENCODED = /^whsec_([A-Za-z0-9+/]+={0,2})$/u;

/** The bytes of a secret: `whsec_<base64>`, or other text as UTF-8. null: shorter than 24 bytes or invalid base64. */
export function readWebhookSecret(written: string): Buffer | null {
  const encoded = ENCODED.exec(written)?.[1];
  if (encoded === undefined && written.startsWith('whsec_')) return null;
  const bytes = encoded === undefined ? Buffer.from(written) : Buffer.from(encoded, 'base64');
  return bytes.length < MIN_BYTES ? null : bytes;
}
