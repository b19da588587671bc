import { signatureModeOf } from '../environment-rules.js';
import { namespace } from '../namespace.js';
import { readWebhookSecret } from '../webhook-secret.js';

/** Bytes that waiting webhooks may hold, whatever their number: parsed, a body may take twenty times its length. */
const QUEUE_BYTES = 4 * 1024 * 1024;

export const webhooksConfig = namespace('webhooks', (environment) => ({
  /** off: signatures are not looked at; monitor: failures are counted, and everyone is let pass. */
  mode: signatureModeOf(environment),
  profile: environment.BRACKNET_WEBHOOK_SIGNATURE_PROFILE,
  /** Headers of the bracknet profile, and how it writes signatures. */
  bracknetHeaders: {
    id: environment.BRACKNET_WEBHOOK_ID_HEADER,
    timestamp: environment.BRACKNET_WEBHOOK_TIMESTAMP_HEADER,
    signature: environment.BRACKNET_WEBHOOK_SIGNATURE_HEADER,
  },
  bracknetEncoding: environment.BRACKNET_WEBHOOK_SIGNATURE_ENCODING,
  /** Newest first, as bytes; none only when the mode is off. */
  secrets: (environment.BRACKNET_WEBHOOK_SECRET ?? []).flatMap((written) => readWebhookSecret(written) ?? []),
  /** How far the time of a signature may be off, edges included. */
  pastSeconds: environment.BRACKNET_WEBHOOK_PAST_SECONDS,
  futureSeconds: environment.BRACKNET_WEBHOOK_FUTURE_SECONDS,
  /** Addresses and CIDR blocks; empty: everyone. */
  allowedIps: environment.BRACKNET_WEBHOOK_ALLOWED_IPS,
  /** Limits for each source address. */
  failuresPerMinute: environment.BRACKNET_WEBHOOK_FAILURES_PER_MINUTE,
  eventsPerSecond: environment.BRACKNET_WEBHOOK_EVENTS_PER_SECOND,
  /** Most events that may wait to be stored, and most bytes of them. */
  queue: { items: environment.WEBHOOK_QUEUE_LIMIT, bytes: QUEUE_BYTES },
  /** Receipts that are older are removed, in days. */
  retentionDays: environment.WEBHOOK_RECEIPT_RETENTION_DAYS,
}));
