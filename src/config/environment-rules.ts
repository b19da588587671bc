import type { Environment } from './environment.js';
import { readWebhookSecret } from './credentials/webhook-secret.js';
import { recordingProblems, recordingWarnings } from './recording-rules.js';

/** Rules that involve several variables; rules of a single variable are decorators in `environment.ts`. */

/** As long as the hash of HS256; a shorter secret can be guessed offline from one token (RFC 7518, section 3.2). */
const JWT_SECRET_MIN_BYTES = 32;

/** The secret of the worked example in docs/webhooks.md. */
const EXAMPLE_SECRET = Buffer.from('example secret, never use it');

/** A random secret of 24 bytes has fewer once in more than a trillion. */
const MIN_DISTINCT_BYTES = 8;

/** Of the PBX's key, which may be short: `xxxx` is a placeholder, `key-1` is not. */
const MIN_CHARACTERS_OF_KEY = 4;

/** Addresses that only this machine reaches. */
const LOOPBACK = /^(localhost|127(\.\d+){3}|::1)$/u;

/** Combinations of valid variables with which the service must not start. @param isStageGiven whether NODE_ENV is set */
export function problemsOf(environment: Environment, isStageGiven: boolean): string[] {
  return [
    ...missingInProduction(environment),
    ...pbxProblems(environment),
    ...guessableSecrets(environment),
    ...(isStageGiven ? [] : forgottenStage(environment)),
    ...portConflicts(environment),
    ...webhookProblems(environment),
    ...recordingProblems(environment),
    ...retentionProblems(environment),
  ];
}

/** Sentences about settings that are allowed but risky, to print at startup. */
export function warningsOf(environment: Environment): string[] {
  return [
    ...pbxWarnings(environment),
    ...settingWarnings(environment),
    ...webhookWarnings(environment),
    ...recordingWarnings(environment),
  ];
}

/** Without an explicit mode, calls go out if the PBX's base URL and key are set. */
export function pbxModeOf(environment: Environment): 'live' | 'mock' {
  return environment.BRACKNET_MODE ?? (missingForPbx(environment).length === 0 ? 'live' : 'mock');
}

/** Without an explicit mode, signatures are enforced if a secret is set, and off otherwise. */
export function signatureModeOf(environment: Environment): 'off' | 'monitor' | 'enforce' {
  return (
    environment.BRACKNET_WEBHOOK_SIGNATURE_MODE ?? (environment.BRACKNET_WEBHOOK_SECRET ? 'enforce' : 'off')
  );
}

function missingInProduction(environment: Environment): string[] {
  if (environment.NODE_ENV !== 'production') return [];
  const problems: string[] = [];
  if (!environment.DATABASE_URL) {
    problems.push('DATABASE_URL must be set in production: the embedded database is for trying out');
  }
  if (!environment.JWT_SECRET && !environment.JWT_JWKS_URL) {
    problems.push(
      `JWT_SECRET (${JWT_SECRET_MIN_BYTES} bytes or more) or JWT_JWKS_URL must be set in production`,
    );
  }
  if (isShortSecret(environment.JWT_SECRET)) {
    problems.push(`JWT_SECRET must be ${JWT_SECRET_MIN_BYTES} bytes or longer in production`);
  }
  return problems;
}

/** Live mode needs all settings of the PBX, and production is mock only when it is told so. */
function pbxProblems(environment: Environment): string[] {
  const { NODE_ENV, BRACKNET_MODE } = environment;
  const missing = missingForPbx(environment).join(' and ');
  if (missing === '') return [];
  if (BRACKNET_MODE === 'live') return [`${missing} must be set, because BRACKNET_MODE is live`];
  return NODE_ENV === 'production' && BRACKNET_MODE === undefined
    ? [`${missing} must be set in production; BRACKNET_MODE=mock starts without a PBX, and no call goes out`]
    : [];
}

function missingForPbx(environment: Environment): string[] {
  return (['BRACKNET_API_BASE_URL', 'BRACKNET_API_KEY'] as const).filter((name) => !environment[name]);
}

/** Secrets that a person chose without a generator, such as a word that is repeated, and the published example. */
function guessableSecrets(environment: Environment): string[] {
  if (environment.NODE_ENV !== 'production') return [];
  const { JWT_SECRET, METRICS_TOKEN, BRACKNET_WEBHOOK_SECRET, TICKET_SECRET } = environment;
  const guessable = {
    JWT_SECRET: isGuessable(JWT_SECRET) && !isShortSecret(JWT_SECRET),
    METRICS_TOKEN: isGuessable(METRICS_TOKEN),
    TICKET_SECRET: isGuessable(TICKET_SECRET),
    BRACKNET_WEBHOOK_SECRET: BRACKNET_WEBHOOK_SECRET?.some((written) =>
      isGuessable(readWebhookSecret(written) ?? undefined),
    ),
  };
  return Object.entries(guessable)
    .filter(([, isSo]) => isSo)
    .map(
      ([name]) =>
        `${name} must have ${MIN_DISTINCT_BYTES} different bytes or more in production, be no repeated text and no example of the documents: openssl rand -base64 32 makes one`,
    );
}

/** A service for others that was not told its stage would serve them with the settings of development. */
function forgottenStage(environment: Environment): string[] {
  return acceptsForgeries(environment)
    ? [
        'NODE_ENV must be set when HOST is not this machine alone and webhooks need no signature: production, or development to try it out',
      ]
    : [];
}

function acceptsForgeries(environment: Environment): boolean {
  const { HOST, NODE_ENV } = environment;
  const isExposed = HOST !== undefined && !LOOPBACK.test(HOST);
  const isUnsigned = signatureModeOf(environment) !== 'enforce' && !allowsUnsigned(environment);
  return NODE_ENV !== 'production' && isExposed && isUnsigned;
}

function portConflicts({ PORT, METRICS_PORT }: Environment): string[] {
  return METRICS_PORT === PORT ? ['METRICS_PORT must be another port than PORT'] : [];
}

/** A receipt that is applied again would bring a call back that was removed. */
function retentionProblems(environment: Environment): string[] {
  const { CALL_RETENTION_DAYS: days, WEBHOOK_RECEIPT_RETENTION_DAYS: receiptDays } = environment;
  return days !== undefined && days < receiptDays
    ? [`CALL_RETENTION_DAYS must not be less than WEBHOOK_RECEIPT_RETENTION_DAYS, which is ${receiptDays}`]
    : [];
}

function webhookProblems(environment: Environment): string[] {
  const mode = signatureModeOf(environment);
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

function pbxWarnings(environment: Environment): string[] {
  const { NODE_ENV, BRACKNET_MODE, BRACKNET_API_BASE_URL: baseUrl, BRACKNET_API_KEY: key } = environment;
  if (pbxModeOf(environment) === 'live') {
    return environment.BRACKNET_CA_FILE && baseUrl?.startsWith('http:')
      ? ['BRACKNET_CA_FILE is set but BRACKNET_API_BASE_URL is not https: no certificate is checked']
      : [];
  }
  if (BRACKNET_MODE === 'mock') {
    if (key) return ['BRACKNET_MODE is mock although BRACKNET_API_KEY is set: no call goes out'];
    return NODE_ENV === 'production' ? ['BRACKNET_MODE is mock: no call goes out'] : [];
  }
  if (!baseUrl === !key) return [];
  const [present, absent] = baseUrl
    ? ['BRACKNET_API_BASE_URL', 'BRACKNET_API_KEY']
    : ['BRACKNET_API_KEY', 'BRACKNET_API_BASE_URL'];
  return [`${present} is set but ${absent} is not: mock mode, no call goes out`];
}

function settingWarnings(environment: Environment): string[] {
  const { BRACKNET_API_BASE_URL: baseUrl, BRACKNET_API_KEY: key, JWT_JWKS_URL: jwksUrl } = environment;
  const isProduction = environment.NODE_ENV === 'production';
  const warnings: string[] = [];
  if (isShortSecret(environment.JWT_SECRET)) {
    warnings.push(`JWT_SECRET is shorter than ${JWT_SECRET_MIN_BYTES} bytes: production will refuse it`);
  } else if (!isProduction && isGuessable(environment.JWT_SECRET)) {
    warnings.push('JWT_SECRET can be guessed, for it repeats itself: production will refuse it');
  }
  if (isProduction && pbxModeOf(environment) === 'live' && baseUrl?.startsWith('http:')) {
    warnings.push('BRACKNET_API_BASE_URL is not https: the key and the numbers travel in the clear');
  }
  if (isProduction && jwksUrl?.startsWith('http:')) {
    warnings.push('JWT_JWKS_URL is not https: whoever can alter that traffic can sign in as anyone');
  }
  if (jwksUrl && !(environment.JWT_ISSUER && environment.JWT_AUDIENCE)) {
    warnings.push(
      'JWT_JWKS_URL is set without JWT_ISSUER and JWT_AUDIENCE: tokens that its provider issues for other services are accepted too',
    );
  }
  if (key !== undefined && new Set(key).size < MIN_CHARACTERS_OF_KEY) {
    warnings.push('BRACKNET_API_KEY looks like a placeholder: the PBX issues the key');
  }
  if (environment.REDIS_URL && !environment.DATABASE_URL) {
    warnings.push('REDIS_URL is set but DATABASE_URL is not: there is one instance, and Redis is not used');
  }
  if (exposesMetrics(environment)) {
    warnings.push('METRICS_HOST is not this machine alone: without METRICS_TOKEN others read the metrics');
  }
  return warnings;
}

function webhookWarnings(environment: Environment): string[] {
  const mode = signatureModeOf(environment);
  const isProduction = environment.NODE_ENV === 'production';
  const warnings: string[] = [];
  if (
    mode === 'off' &&
    (isProduction || environment.BRACKNET_WEBHOOK_SECRET || acceptsForgeries(environment))
  ) {
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

function isGuessable(secret: string | Buffer | undefined): boolean {
  if (secret === undefined) return false;
  const bytes = Buffer.from(secret);
  return new Set(bytes).size < MIN_DISTINCT_BYTES || isRepetition(bytes) || bytes.equals(EXAMPLE_SECRET);
}

/** Whether a text of at most half the length is written again and again. */
function isRepetition(bytes: Buffer): boolean {
  const lengths = Array.from({ length: Math.floor(bytes.length / 2) }, (_, index) => index + 1);
  return lengths.some((length) => bytes.subarray(length).equals(bytes.subarray(0, -length)));
}

function isShortSecret(secret: string | undefined): boolean {
  return secret !== undefined && Buffer.byteLength(secret) < JWT_SECRET_MIN_BYTES;
}

function exposesMetrics({ METRICS_PORT, METRICS_HOST, METRICS_TOKEN }: Environment): boolean {
  return METRICS_PORT !== undefined && METRICS_TOKEN === undefined && !LOOPBACK.test(METRICS_HOST);
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
