import { ConfigurationError } from '../../src/config/configuration-error.js';
import { loadConfiguration } from '../../src/config/configuration.js';

export const SECRET = 'a-secret-of-at-least-thirty-two-bytes';

/** All variables that a start in production requires. */
export const PRODUCTION = {
  NODE_ENV: 'production',
  JWT_SECRET: SECRET,
  DATABASE_URL: 'postgres://crm:pw@db:5432/crm',
  BRACKNET_API_BASE_URL: 'https://pbx.example.com',
  BRACKNET_API_KEY: 'key-1',
  BRACKNET_WEBHOOK_SECRET: 'the webhook secret of the PBX',
};

/** Errors of an environment, one line each. */
export function problemsOf(env: NodeJS.ProcessEnv): readonly string[] {
  try {
    loadConfiguration({ JWT_SECRET: SECRET, ...env });
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
}
