import { type DynamicModule, Logger, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import type { DatabaseConfiguration } from './database-server.js';
import { openDatabase } from './open-database.js';

/**
 * Makes the one `DataSource` injectable everywhere. The application does not start before the schema is up to date, and
 * TypeOrmModule destroys the data source after everything that uses it has shut down.
 */
@Module({})
export class DatabaseModule {
  static register(configuration: DatabaseConfiguration): DynamicModule {
    const logger = new Logger('Database');
    return {
      module: DatabaseModule,
      imports: [
        TypeOrmModule.forRootAsync({
          // A failure is final, and told once: openDatabase itself waits for a server that is coming up.
          useFactory: () => ({ type: 'postgres', retryAttempts: 0, toRetry: () => false }),
          dataSourceFactory: () => openDatabase(configuration, (message) => logger.log(message)),
        }),
      ],
    };
  }
}
