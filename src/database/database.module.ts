import { type DynamicModule, Logger, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import type { DatabaseConfiguration } from './database-server.js';
import { openDatabase } from './open-database.js';

/**
 * Makes the `DataSource` injectable everywhere. The application starts only after all migrations are applied.
 * TypeOrmModule destroys the data source after all providers that use it have shut down.
 */
@Module({})
export class DatabaseModule {
  static register(configuration: DatabaseConfiguration): DynamicModule {
    const logger = new Logger('Database');
    return {
      module: DatabaseModule,
      imports: [
        TypeOrmModule.forRootAsync({
          // No retries by TypeOrmModule: openDatabase itself waits for a server that is starting.
          useFactory: () => ({ type: 'postgres', retryAttempts: 0, toRetry: () => false }),
          dataSourceFactory: () =>
            openDatabase(configuration, (message, level) =>
              level === 'warn' ? logger.warn(message) : logger.log(message),
            ),
        }),
      ],
    };
  }
}
