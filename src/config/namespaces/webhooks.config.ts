import { signatureModeOf } from '../environment-rules.js';
import { namespace } from '../namespace.js';
import { readWebhookSecret } from '../credentials/webhook-secret.js';

/** Limit in bytes besides the number of events, because a parsed body may take twenty times its length in memory. */
const QUEUE_BYTES = 4 * 1024 * 1024;

export const webhooksConfig = namespace('webhooks', (environment) => ({
  /** off: signatures are not verified; monitor: failures are counted, but the webhook is accepted. */
  mode: signatureModeOf(environment),
  profile: environment.BRACKNET_WEBHOOK_SIGNATURE_PROFILE,
  /** Header names of the bracknet profile. */
  bracknetHeaders: {
    id: environment.BRACKNET_WEBHOOK_ID_HEADER,
    timestamp: environment.BRACKNET_WEBHOOK_TIMESTAMP_HEADER,
    signature: environment.BRACKNET_WEBHOOK_SIGNATURE_HEADER,
  },
  bracknetEncoding: environment.BRACKNET_WEBHOOK_SIGNATURE_ENCODING,
  /** Newest first, as bytes; empty only when the mode is off. */
  secrets: (environment.BRACKNET_WEBHOOK_SECRET ?? []).flatMap((written) => readWebhookSecret(written) ?? []),
  /** Accepted age of a signature, and how far its time may lie in the future; both inclusive. */
  pastSeconds: environment.BRACKNET_WEBHOOK_PAST_SECONDS,
  futureSeconds: environment.BRACKNET_WEBHOOK_FUTURE_SECONDS,
  /** Addresses and CIDR blocks; empty: all addresses. */
  allowedIps: environment.BRACKNET_WEBHOOK_ALLOWED_IPS,
  /** Rate limits for each source address. */
  failuresPerMinute: environment.BRACKNET_WEBHOOK_FAILURES_PER_MINUTE,
  eventsPerSecond: environment.BRACKNET_WEBHOOK_EVENTS_PER_SECOND,
  /** Maximum number of events that wait to be stored, and of their bytes. */
  queue: { items: environment.WEBHOOK_QUEUE_LIMIT, bytes: QUEUE_BYTES },
  /** How much of what is refused with 400 and 409 is kept for a decision; bytes are those of the bodies. */
  quarantine: {
    rows: environment.WEBHOOK_QUARANTINE_MAX_ROWS,
    bytes: environment.WEBHOOK_QUARANTINE_MAX_MIB * 1024 * 1024,
  },
  /** When it is a fault that no webhook comes; minutes of business hours, and after so many placed calls. */
  silence: {
    minutes: environment.WEBHOOK_SILENCE_MINUTES,
    calls: environment.WEBHOOK_SILENCE_CALLS,
    callMinutes: environment.WEBHOOK_SILENCE_CALL_MINUTES,
  },
  /** Days after which receipts of applied events are deleted. */
  retentionDays: environment.WEBHOOK_RECEIPT_RETENTION_DAYS,
}));
