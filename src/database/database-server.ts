import { join } from 'node:path';
import type { Configuration } from '../config/configuration.js';
import { databaseAddressOf } from './connect.js';
import type { DatabaseSettings } from './data-source.js';

/** Namespaces of the configuration that the database needs. */
export type DatabaseConfiguration = Pick<Configuration, 'app' | 'database' | 'telephony'>;

export interface DatabaseServer {
  readonly settings: DatabaseSettings;
  close(): Promise<void>;
}

/** Uses the server of DATABASE_URL, or starts the embedded PostgreSQL. */
export async function startDatabaseServer(
  { app, database, telephony }: DatabaseConfiguration,
  onProgress: (message: string) => void,
): Promise<DatabaseServer> {
  const { url, poolSize, statementTimeoutMs } = database;
  const { legacyTimeZone } = telephony;
  if (url !== null) {
    return {
      settings: { url, poolSize, statementTimeoutMs, legacyTimeZone },
      close: () => Promise.resolve(),
    };
  }
  // Only here: a server of its own needs none of this memory.
  const { startEmbeddedPostgres } = await import('./embedded/embedded-postgres.js');
  const embedded = await startEmbeddedPostgres({ dataFolder: app.dataFolder, onProgress });
  return {
    // The embedded server serves one connection at a time; further ones would wait in it without a timeout.
    settings: { url: embedded.url, poolSize: 1, statementTimeoutMs, legacyTimeZone },
    close: () => embedded.close(),
  };
}

/** Describes the database for the banner, without user name and password. */
export function describeDatabase({ app, database }: Pick<Configuration, 'app' | 'database'>): string {
  return database.url === null
    ? `embedded PostgreSQL in ${join(app.dataFolder, 'postgres')}`
    : `PostgreSQL at ${databaseAddressOf(database.url)}`;
}
