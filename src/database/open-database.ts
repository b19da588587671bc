import { DataSource } from 'typeorm';
import { connect, type Progress } from './connect.js';
import { type DatabaseServer, type DatabaseConfiguration, startDatabaseServer } from './database-server.js';
import { dataSourceOptions } from './data-source.js';
import { migrate } from './migrator.js';

/**
 * Opens the configured database: starts the embedded server if there is no DATABASE_URL, applies pending migrations and
 * connects. `destroy()` closes the connections, then the embedded server.
 *
 * @param onProgress receives progress messages for the operator
 * @param prepare what happens before the service's connections are opened
 * @throws DomainError DATABASE_UNAVAILABLE
 */
export async function openDatabase(
  configuration: DatabaseConfiguration,
  onProgress: Progress,
  prepare: typeof migrate = migrate,
): Promise<DataSource> {
  const server = await startDatabaseServer(configuration, onProgress);
  try {
    await prepare(server.settings, onProgress);
    const settings = { ...server.settings, isService: true };
    const dataSource = new ServingDataSource(dataSourceOptions(settings));
    await connect(settings, onProgress, dataSource);
    // Only now: a connection that fails destroys the data source, and the server is closed below.
    dataSource.server = server;
    return dataSource;
  } catch (error) {
    await server.close();
    throw error;
  }
}

class ServingDataSource extends DataSource {
  /** Closed after the connections to it. */
  server: DatabaseServer | null = null;

  override async destroy(): Promise<void> {
    try {
      await super.destroy();
    } finally {
      await this.server?.close();
    }
  }
}
