import { DataSource } from 'typeorm';
import { connect } from './connect.js';
import { type DatabaseServer, type DatabaseConfiguration, startDatabaseServer } from './database-server.js';
import { dataSourceOptions, type DatabaseSettings } from './data-source.js';
import { migrate } from './migrator.js';

/**
 * Opens the configured database: started where it is embedded, its schema up to date, connected. `destroy()` closes the
 * embedded server too, after the connections to it.
 *
 * @param onProgress told what is being waited for, in sentences to show
 * @throws DomainError DATABASE_UNAVAILABLE
 */
export async function openDatabase(
  configuration: DatabaseConfiguration,
  onProgress: (message: string) => void,
): Promise<DataSource> {
  const server = await startDatabaseServer(configuration, onProgress);
  try {
    await migrate(server.settings, onProgress);
    const settings = { ...server.settings, serves: true };
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
