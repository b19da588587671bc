import { join } from 'node:path';
import type { Configuration } from '../config/configuration.js';
import { placeOf } from './connect.js';
import type { DatabaseSettings } from './data-source.js';
import { startEmbeddedPostgres } from './embedded/embedded-postgres.js';

/** What of the configuration decides on the database. */
export type DatabaseConfiguration = Pick<Configuration, 'app' | 'database' | 'telephony'>;

export interface DatabaseServer {
  readonly settings: DatabaseSettings;
  close(): Promise<void>;
}

/** The server of DATABASE_URL; without one, the embedded PostgreSQL, started here. */
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
  const embedded = await startEmbeddedPostgres({ dataFolder: app.dataFolder, onProgress });
  return {
    // It serves one connection at a time: others would wait where no time limit reaches.
    settings: { url: embedded.url, poolSize: 1, statementTimeoutMs, legacyTimeZone },
    close: () => embedded.close(),
  };
}

/** Which database that is, without what must stay secret: to be shown to who starts the service. */
export function describeDatabase({ app, database }: Pick<Configuration, 'app' | 'database'>): string {
  return database.url === null
    ? `embedded PostgreSQL in ${join(app.dataFolder, 'postgres')}`
    : `PostgreSQL at ${placeOf(database.url)}`;
}
