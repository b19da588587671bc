import type { SignatureFault } from './webhook-signature.js';

/** Why a webhook does not get in: all of it, so that each may be a label of a metric. */
export type RejectionReason =
  | 'method_not_allowed'
  | 'body_too_large'
  | 'media_type'
  | 'address_not_allowed'
  | SignatureFault
  | 'too_many_events';

/** Who wants to know what comes to the door. Called once for each request, so it has to be cheap. */
export abstract class WebhookCounters {
  /** It was refused. */
  abstract rejected(reason: RejectionReason): void;
  /** It was let pass, and would be refused if signatures were enforced. */
  abstract wouldBeRejected(reason: SignatureFault): void;
  /** Its signature is good, and was made with this key. */
  abstract keyUsed(keyId: string): void;
  /** Its signature is good, and the sender's clock is this far ahead of ours. */
  abstract skew(seconds: number): void;
}
