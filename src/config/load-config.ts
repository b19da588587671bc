import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import type { AppConfig } from './app-config.js';
import { ConfigurationError } from './configuration-error.js';
import { developmentSecret } from './development-secret.js';
import { Environment, ENVIRONMENT_VARIABLES } from './environment.js';
import { toWebhookConfig, webhookProblems, webhookWarnings } from './webhook-config.js';

/** As long as the hash of HS256; a shorter secret can be guessed offline from one token (RFC 7518, section 3.2). */
const JWT_SECRET_MIN_BYTES = 32;

/** What comes between the PBX's answer to a start and its place in the row. */
const ANSWER_GRACE_SECONDS = 10;

/** Addresses that only this machine reaches. */
const LOOPBACK = /^(localhost|127(\.\d+){3}|::1)$/u;

/**
 * The configuration of this process; for entry points alone. In development `.env` of the working directory is read
 * too, and what is set outside of it wins.
 *
 * @throws ConfigurationError
 */
export function loadProcessConfig(): AppConfig {
  const isDevelopment = (process.env.NODE_ENV || 'development') === 'development';
  return loadConfig(isDevelopment ? { ...readEnvFile('.env'), ...process.env } : process.env);
}

/**
 * Maps the environment to the configuration. Outside of production it generates the signing secret it was not given
 * (see `development-secret.ts`); it touches nothing else.
 *
 * @throws ConfigurationError naming every variable that is wrong, never its value
 */
export function loadConfig(env: NodeJS.ProcessEnv): AppConfig {
  const given = ENVIRONMENT_VARIABLES.flatMap(({ name }) => (env[name] ? [[name, env[name]]] : []));
  const environment = plainToInstance(Environment, Object.fromEntries(given));
  const problems = [
    ...invalidVariables(environment),
    ...missingInProduction(environment),
    ...portsTakenTwice(environment),
    ...webhookProblems(environment),
  ];
  if (problems.length > 0) {
    throw new ConfigurationError(problems);
  }
  return toAppConfig(environment);
}

function readEnvFile(path: string): NodeJS.Dict<string> {
  return existsSync(path) ? parseEnv(readFileSync(path, 'utf8')) : {};
}

function invalidVariables(environment: Environment): string[] {
  const invalid = new Set(
    validateSync(environment, { skipUndefinedProperties: true }).map(({ property }) => property),
  );
  return ENVIRONMENT_VARIABLES.filter(({ name }) => invalid.has(name)).map(
    ({ name, expects }) => `${name} must be ${expects}`,
  );
}

function missingInProduction(environment: Environment): string[] {
  if (environment.NODE_ENV !== 'production') {
    return [];
  }
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

function portsTakenTwice({ PORT, METRICS_PORT }: Environment): string[] {
  return METRICS_PORT === PORT ? ['METRICS_PORT must be another port than PORT'] : [];
}

/** A call is not given up while the PBX may still answer the question for it. */
function unplacedLimit({ SWEEP_UNPLACED_SECONDS, BRACKNET_TIMEOUT_MS }: Environment): number {
  return Math.max(SWEEP_UNPLACED_SECONDS, Math.ceil(BRACKNET_TIMEOUT_MS / 1000) + ANSWER_GRACE_SECONDS);
}

function isShortSecret(secret: string | undefined): boolean {
  return secret !== undefined && Buffer.byteLength(secret) < JWT_SECRET_MIN_BYTES;
}

function toAppConfig(environment: Environment): AppConfig {
  const isProduction = environment.NODE_ENV === 'production';
  return {
    environment: environment.NODE_ENV,
    logLevel: environment.LOG_LEVEL,
    http: {
      port: environment.PORT,
      host: environment.HOST ?? (isProduction ? '0.0.0.0' : '127.0.0.1'),
      trustedProxies: environment.TRUSTED_PROXIES,
    },
    metrics: {
      port: environment.METRICS_PORT ?? null,
      host: environment.METRICS_HOST,
      token: environment.METRICS_TOKEN ?? null,
    },
    database: {
      url: environment.DATABASE_URL ?? null,
      poolSize: environment.DATABASE_POOL_SIZE,
      statementTimeoutMs: environment.DATABASE_STATEMENT_TIMEOUT_MS,
    },
    dataFolder: environment.DATA_FOLDER,
    auth: {
      jwtSecret: environment.JWT_SECRET ?? generatedSecret(environment),
      jwksUrl: environment.JWT_JWKS_URL ?? null,
      issuer: environment.JWT_ISSUER ?? null,
      audience: environment.JWT_AUDIENCE ?? null,
      supervisorRoles: environment.AUTH_SUPERVISOR_ROLES,
    },
    telephony: {
      provider: environment.TELEPHONY_PROVIDER,
      dialCountries: environment.TELEPHONY_DIAL_COUNTRIES,
      businessTimeZone: environment.BUSINESS_TIME_ZONE,
      legacyTimeZone: environment.LEGACY_TIME_ZONE,
    },
    bracknet: {
      mode: environment.BRACKNET_API_BASE_URL && environment.BRACKNET_API_KEY ? 'live' : 'mock',
      baseUrl: environment.BRACKNET_API_BASE_URL?.replace(/\/+$/, '') ?? null,
      apiKey: environment.BRACKNET_API_KEY ?? null,
      timeoutMs: environment.BRACKNET_TIMEOUT_MS,
    },
    webhooks: toWebhookConfig(environment),
    sweeper: {
      intervalSeconds: environment.SWEEP_INTERVAL_SECONDS,
      limits: {
        unplaced: unplacedLimit(environment),
        silent: environment.SWEEP_SILENT_SECONDS,
        ringing: environment.SWEEP_RINGING_SECONDS,
        hangup: environment.SWEEP_HANGUP_SECONDS,
        answered: environment.SWEEP_ANSWERED_SECONDS,
      },
    },
    warnings: [...warningsOf(environment), ...webhookWarnings(environment)],
  };
}

/** Production never gets here without a secret or a key set; with a key set alone, HS256 stays off. */
function generatedSecret(environment: Environment): string | null {
  return environment.JWT_JWKS_URL ? null : developmentSecret(environment.DATA_FOLDER);
}

function warningsOf(environment: Environment): string[] {
  const { BRACKNET_API_BASE_URL: baseUrl, BRACKNET_API_KEY: key, JWT_JWKS_URL: jwksUrl } = environment;
  const isProduction = environment.NODE_ENV === 'production';
  const warnings: string[] = [];
  if (!baseUrl !== !key) {
    const [present, absent] = baseUrl
      ? ['BRACKNET_API_BASE_URL', 'BRACKNET_API_KEY']
      : ['BRACKNET_API_KEY', 'BRACKNET_API_BASE_URL'];
    warnings.push(`${present} is set but ${absent} is not: mock mode, no call goes out`);
  } else if (isProduction && !baseUrl) {
    warnings.push('BRACKNET_API_BASE_URL and BRACKNET_API_KEY are not set: mock mode, no call goes out');
  }
  if (isShortSecret(environment.JWT_SECRET)) {
    warnings.push(`JWT_SECRET is shorter than ${JWT_SECRET_MIN_BYTES} bytes: production will refuse it`);
  }
  if (isProduction && baseUrl?.startsWith('http:')) {
    warnings.push('BRACKNET_API_BASE_URL is not https: the key and the numbers travel in the clear');
  }
  if (isProduction && jwksUrl?.startsWith('http:')) {
    warnings.push('JWT_JWKS_URL is not https: whoever can alter that traffic can sign in as anyone');
  }
  if (isOpenToOthers(environment)) {
    warnings.push('METRICS_HOST is not this machine alone: without METRICS_TOKEN others read the metrics');
  }
  return warnings;
}

function isOpenToOthers({ METRICS_PORT, METRICS_HOST, METRICS_TOKEN }: Environment): boolean {
  return METRICS_PORT !== undefined && METRICS_TOKEN === undefined && !LOOPBACK.test(METRICS_HOST);
}
