import { join } from 'node:path';
import type { OnApplicationShutdown } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import type { AppConfig } from '../config/app-config.js';
import { connect, placeOf } from './connect.js';
import type { DatabaseSettings } from './data-source.js';
import { startEmbeddedPostgres } from './embedded-postgres.js';
import { migrate } from './migrator.js';

/** The database that is configured: connected, its schema up to date. */
export class Database implements OnApplicationShutdown {
  private constructor(
    readonly dataSource: DataSource,
    private readonly server: DatabaseServer,
  ) {}

  /**
   * @param onProgress told what is being waited for, in sentences to show
   * @throws DomainError DATABASE_UNAVAILABLE
   */
  static async open(config: AppConfig, onProgress: (message: string) => void): Promise<Database> {
    const server = await startDatabaseServer(config, onProgress);
    try {
      await migrate(server.settings, onProgress);
      return new Database(await connect({ ...server.settings, serves: true }, onProgress), server);
    } catch (error) {
      await server.close();
      throw error;
    }
  }

  async onApplicationShutdown(): Promise<void> {
    try {
      await this.dataSource.destroy();
    } finally {
      await this.server.close();
    }
  }
}

export interface DatabaseServer {
  readonly settings: DatabaseSettings;
  close(): Promise<void>;
}

/** The server of DATABASE_URL; without one, the embedded PostgreSQL, started here. */
export async function startDatabaseServer(
  { database, dataFolder, telephony }: AppConfig,
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
  const embedded = await startEmbeddedPostgres({ dataFolder, onProgress });
  return {
    // It serves one connection at a time: others would wait where no time limit reaches.
    settings: { url: embedded.url, poolSize: 1, statementTimeoutMs, legacyTimeZone },
    close: () => embedded.close(),
  };
}

/** Which database that is, without what must stay secret: to be shown to who starts the service. */
export function describeDatabase({
  database,
  dataFolder,
}: Pick<AppConfig, 'database' | 'dataFolder'>): string {
  return database.url === null
    ? `embedded PostgreSQL in ${join(dataFolder, 'postgres')}`
    : `PostgreSQL at ${placeOf(database.url)}`;
}
