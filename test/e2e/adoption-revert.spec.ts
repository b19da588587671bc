import { DataSource, type DataSourceOptions, MigrationExecutor } from 'typeorm';
import { migrations } from '../../migrations/index.js';
import { dataSourceOptions } from '../../src/database/data-source.js';
import { migrate, revertLastMigration } from '../../src/database/migrator.js';
import {
  insertManyLegacyCalls,
  type LegacyCall,
  type OpenDatabase,
  openEmptyDatabase,
  openLegacyDatabase,
  shapeOf,
} from '../support/legacy-schema.js';
