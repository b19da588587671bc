import type { AppConfig } from './app-config.js';
import type { Environment } from './environment.js';
import { readWebhookSecret } from './webhook-secret.js';

/** Bytes that waiting webhooks may hold, whatever their number: read, a body may take twenty times its length. */
const QUEUE_BYTES = 4 * 1024 * 1024;

/** What is wrong with the settings of the webhooks taken together; each by itself is right. */
export function webhookProblems(environment: Environment): string[] {
  const mode = modeOf(environment);
  const problems: string[] = [];
  if ((mode === 'monitor' || mode === 'enforce') && !environment.BRACKNET_WEBHOOK_SECRET) {
    problems.push('BRACKNET_WEBHOOK_SECRET must be set unless BRACKNET_WEBHOOK_SIGNATURE_MODE is off');
  }
  if (hasSameHeaderTwice(environment)) {
    problems.push(
      'BRACKNET_WEBHOOK_ID_HEADER, BRACKNET_WEBHOOK_TIMESTAMP_HEADER and BRACKNET_WEBHOOK_SIGNATURE_HEADER must be three different headers',
    );
  }
  if (environment.NODE_ENV === 'production' && mode !== 'enforce' && !allowsUnsigned(environment)) {
    problems.push(
      'BRACKNET_WEBHOOK_SECRET must be set in production, and BRACKNET_WEBHOOK_SIGNATURE_MODE be enforce or unset; ALLOW_UNSIGNED_WEBHOOKS=true starts without',
    );
  }
  return problems;
}

export function webhookWarnings(environment: Environment): string[] {
  const mode = modeOf(environment);
  const isProduction = environment.NODE_ENV === 'production';
  const warnings: string[] = [];
  if (mode === 'off' && (isProduction || environment.BRACKNET_WEBHOOK_SECRET)) {
    warnings.push('webhooks need no signature: anyone who reaches this port can post events');
  }
  if (mode === 'monitor') {
    warnings.push('signatures are watched, not enforced: anyone who reaches this port can post events');
  }
  if (mode === 'enforce' && allowsUnsigned(environment)) {
    warnings.push('ALLOW_UNSIGNED_WEBHOOKS is true but signatures are enforced: take it out');
  }
  return warnings;
}

export function toWebhookConfig(environment: Environment): AppConfig['webhooks'] {
  return {
    mode: modeOf(environment),
    profile: environment.BRACKNET_WEBHOOK_SIGNATURE_PROFILE,
    bracknetHeaders: {
      id: environment.BRACKNET_WEBHOOK_ID_HEADER,
      timestamp: environment.BRACKNET_WEBHOOK_TIMESTAMP_HEADER,
      signature: environment.BRACKNET_WEBHOOK_SIGNATURE_HEADER,
    },
    bracknetEncoding: environment.BRACKNET_WEBHOOK_SIGNATURE_ENCODING,
    secrets: (environment.BRACKNET_WEBHOOK_SECRET ?? []).flatMap(
      (written) => readWebhookSecret(written) ?? [],
    ),
    pastSeconds: environment.BRACKNET_WEBHOOK_PAST_SECONDS,
    futureSeconds: environment.BRACKNET_WEBHOOK_FUTURE_SECONDS,
    allowedIps: environment.BRACKNET_WEBHOOK_ALLOWED_IPS,
    failuresPerMinute: environment.BRACKNET_WEBHOOK_FAILURES_PER_MINUTE,
    eventsPerSecond: environment.BRACKNET_WEBHOOK_EVENTS_PER_SECOND,
    queue: { items: environment.WEBHOOK_QUEUE_LIMIT, bytes: QUEUE_BYTES },
    retentionDays: environment.WEBHOOK_RECEIPT_RETENTION_DAYS,
  };
}

/** Whoever sets a secret means it. */
function modeOf(environment: Environment): AppConfig['webhooks']['mode'] {
  return (
    environment.BRACKNET_WEBHOOK_SIGNATURE_MODE ?? (environment.BRACKNET_WEBHOOK_SECRET ? 'enforce' : 'off')
  );
}

function allowsUnsigned(environment: Environment): boolean {
  return environment.ALLOW_UNSIGNED_WEBHOOKS === 'true';
}

function hasSameHeaderTwice(environment: Environment): boolean {
  const names = [
    environment.BRACKNET_WEBHOOK_ID_HEADER,
    environment.BRACKNET_WEBHOOK_TIMESTAMP_HEADER,
    environment.BRACKNET_WEBHOOK_SIGNATURE_HEADER,
  ];
  return new Set(names.map((name) => name.toLowerCase())).size < names.length;
}
