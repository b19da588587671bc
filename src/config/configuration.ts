import { existsSync, readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import type { ConfigType } from '@nestjs/config';
import type { Environment } from './environment.js';
import { appConfig } from './namespaces/app.config.js';
import { auditConfig } from './namespaces/audit.config.js';
import { authConfig } from './namespaces/auth.config.js';
import { bracknetConfig } from './namespaces/bracknet.config.js';
import { changeFeedConfig } from './namespaces/change-feed.config.js';
import { databaseConfig } from './namespaces/database.config.js';
import { httpConfig } from './namespaces/http.config.js';
import { metricsConfig } from './namespaces/metrics.config.js';
import { realtimeConfig } from './namespaces/realtime.config.js';
import { recordingsConfig } from './namespaces/recordings.config.js';
import { reportsConfig } from './namespaces/reports.config.js';
import { sweeperConfig } from './namespaces/sweeper.config.js';
import { telephonyConfig } from './namespaces/telephony.config.js';
import { webhooksConfig } from './namespaces/webhooks.config.js';
import { validateEnvironment } from './validate-environment.js';

export const NAMESPACES = {
  app: appConfig,
  audit: auditConfig,
  auth: authConfig,
  bracknet: bracknetConfig,
  changeFeed: changeFeedConfig,
  database: databaseConfig,
  http: httpConfig,
  metrics: metricsConfig,
  realtime: realtimeConfig,
  recordings: recordingsConfig,
  reports: reportsConfig,
  sweeper: sweeperConfig,
  telephony: telephonyConfig,
  webhooks: webhooksConfig,
} as const;

/** All configuration values by namespace. Providers inject the namespaces they need. */
export type Configuration = {
  readonly [Name in keyof typeof NAMESPACES]: ConfigType<(typeof NAMESPACES)[Name]>;
};

/** Whether made-up customers can call: in development, and not where a PBX would dial their numbers. */
export function hasTrialCalls({ app, bracknet }: Pick<Configuration, 'app' | 'bracknet'>): boolean {
  return app.environment === 'development' && bracknet.mode === 'mock';
}

/**
 * Loads the configuration of this process. For entry points: the HTTP adapter and the logger need it before Nest creates
 * modules. In development it also reads `.env` of the working directory; process variables take precedence.
 *
 * @throws ConfigurationError
 */
export function loadProcessConfiguration(): Configuration {
  const isDevelopment = (process.env.NODE_ENV || 'development') === 'development';
  return loadConfiguration(isDevelopment ? { ...readEnvFile('.env'), ...process.env } : process.env);
}

/** @throws ConfigurationError naming every variable that is wrong, never its value */
export function loadConfiguration(env: NodeJS.ProcessEnv): Configuration {
  return configurationOf(validateEnvironment(env));
}

function configurationOf(environment: Environment): Configuration {
  const namespaces = Object.entries(NAMESPACES).map(([name, read]) => [name, read(environment)]);
  return Object.fromEntries(namespaces) as Configuration;
}

function readEnvFile(path: string): NodeJS.Dict<string> {
  return existsSync(path) ? parseEnv(readFileSync(path, 'utf8')) : {};
}
