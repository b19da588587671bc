import type { DatabaseSettings } from '../../../src/database/data-source.js';

/** Settings for a connection to a test database. */
export function settingsFor(url: string, kind: 'postgres' | 'embedded'): DatabaseSettings {
  return {
    url,
    poolSize: kind === 'embedded' ? 1 : 10,
    statementTimeoutMs: 10_000,
    legacyTimeZone: 'Asia/Dhaka',
  };
}
