import { Logger, Module, type DynamicModule } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { AppConfig } from '../config/app-config.js';
import { Database } from './database.js';

/**
 * Makes the one `DataSource` injectable everywhere. The application does not start before the schema is up to date, and
 * lets go of the database after everything that uses it.
 */
@Module({})
export class DatabaseModule {
  static register(config: AppConfig): DynamicModule {
    const logger = new Logger('Database');
    return {
      module: DatabaseModule,
      global: true,
      providers: [
        { provide: Database, useFactory: () => Database.open(config, (message) => logger.log(message)) },
        { provide: DataSource, useFactory: (database: Database) => database.dataSource, inject: [Database] },
      ],
      exports: [DataSource],
    };
  }
}
