import type { FactoryProvider } from '@nestjs/common';
import { getRepositoryToken } from '@nestjs/typeorm';
import type { EntityManager, ObjectLiteral, Repository } from 'typeorm';

/**
 * Provides a custom repository class for an entity that the module registers by `TypeOrmModule.forFeature`. The class must keep the constructor of `Repository`: `manager.withRepository(...)`
 * calls it to create the same repository for a transaction.
 */
export function provideRepository<Entity extends ObjectLiteral, Custom extends Repository<Entity>>(
  repository: new (target: new () => Entity, manager: EntityManager) => Custom,
  entity: new () => Entity,
): FactoryProvider<Custom> {
  return {
    provide: repository,
    inject: [getRepositoryToken(entity)],
    useFactory: ({ manager }: Repository<Entity>) => new repository(entity, manager),
  };
}
