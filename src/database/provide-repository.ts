import type { FactoryProvider } from '@nestjs/common';
import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource, EntityManager, ObjectLiteral, Repository } from 'typeorm';

/**
 * Provides a repository class with methods of its own. The class keeps the constructor of `Repository`, for
 * `manager.withRepository(...)` calls it to make the same repository for a transaction.
 */
export function provideRepository<Entity extends ObjectLiteral, Custom extends Repository<Entity>>(
  repository: new (target: new () => Entity, manager: EntityManager) => Custom,
  entity: new () => Entity,
): FactoryProvider<Custom> {
  return {
    provide: repository,
    inject: [getDataSourceToken()],
    useFactory: (dataSource: DataSource) => new repository(entity, dataSource.manager),
  };
}
