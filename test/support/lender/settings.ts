import type { DatabaseSettings } from '../../../src/database/data-source.js';

/** To connect to a database of a test with. */
export function settingsFor(url: string, kind: 'postgres' | 'embedded'): DatabaseSettings {
  return {
    url,
    poolSize: kind === 'embedded' ? 1 : 10,
    statementTimeoutMs: 10_000,
    legacyTimeZone: 'Asia/Dhaka',
  };
}
