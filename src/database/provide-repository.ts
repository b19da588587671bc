import type { FactoryProvider } from '@nestjs/common';
import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource, EntityManager, ObjectLiteral, Repository } from 'typeorm';

/**
 * Provides a custom repository class. The class must keep the constructor of `Repository`: `manager.withRepository(...)`
 * calls it to create the same repository for a transaction.
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
