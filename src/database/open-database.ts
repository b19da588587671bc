import { DataSource } from 'typeorm';
import { connect } from './connect.js';
import { type DatabaseServer, type DatabaseConfiguration, startDatabaseServer } from './database-server.js';
import { dataSourceOptions, type DatabaseSettings } from './data-source.js';
import { migrate } from './migrator.js';

/**
 * Opens the configured database: starts the embedded server if there is no DATABASE_URL, applies pending migrations and
 * connects. `destroy()` closes the connections, then the embedded server.
 *
 * @param onProgress receives progress messages for the operator
 * @throws DomainError DATABASE_UNAVAILABLE
 */
export async function openDatabase(
  configuration: DatabaseConfiguration,
  onProgress: (message: string) => void,
): Promise<DataSource> {
  const server = await startDatabaseServer(configuration, onProgress);
  try {
    await migrate(server.settings, onProgress);
    const settings = { ...server.settings, isService: true };
    return await connect(settings, onProgress, new ServingDataSource(settings, server));
  } catch (error) {
    await server.close();
    throw error;
  }
}

class ServingDataSource extends DataSource {
  constructor(
    settings: DatabaseSettings,
    private readonly server: DatabaseServer,
  ) {
    super(dataSourceOptions(settings));
  }

  override async destroy(): Promise<void> {
    try {
      await super.destroy();
    } finally {
      await this.server.close();
    }
  }
}
