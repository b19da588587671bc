import { SIGNATURE_FAULTS, type SignatureFault } from './webhook-signature.js';

/** Why a webhook is rejected. The values are labels of a metric, so the list is closed; `docs/webhooks.md` explains each. */
export const REJECTION_REASONS = [
  'method_not_allowed',
  'body_too_large',
  'media_type',
  'address_not_allowed',
  ...SIGNATURE_FAULTS,
  'too_many_events',
] as const;
export type RejectionReason = (typeof REJECTION_REASONS)[number];

/** Port of the ingress to its metrics. Called for every request, so implementations must be cheap. */
export abstract class WebhookCounters {
  abstract rejected(reason: RejectionReason): void;
  /** Accepted in monitor mode; enforce mode would reject it. */
  abstract wouldBeRejected(reason: SignatureFault): void;
  /** A valid signature was made with this key. */
  abstract keyUsed(keyId: string): void;
  /** Clock skew of a request with a valid signature: the sender's clock minus ours. */
  abstract skew(seconds: number): void;
}
