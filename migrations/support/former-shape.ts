import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A change of something that may have been found rather than made by a migration. */
export interface FoundChange {
  /** Statement to run now. */
  readonly apply: string;
  /** Statement that brings back what was found. */
  readonly restore: string;
}

/** Applies a change and keeps the statement that takes it back, for `restoreFormerShape` to run in `down`. */
export async function changeFound(
  queryRunner: QueryRunner,
  migration: MigrationInterface,
  { apply, restore }: FoundChange,
): Promise<void> {
  await queryRunner.query(apply);
  await queryRunner.query('INSERT INTO telephony_former_shape (migration, statement) VALUES ($1, $2)', [
    migration.constructor.name,
    restore,
  ]);
}

/** Takes back everything this migration changed by `changeFound`, latest change first. */
export async function restoreFormerShape(
  queryRunner: QueryRunner,
  migration: MigrationInterface,
): Promise<void> {
  const statements: { statement: string }[] = await queryRunner.query(
    'SELECT statement FROM telephony_former_shape WHERE migration = $1 ORDER BY id DESC',
    [migration.constructor.name],
  );
  for (const { statement } of statements) await queryRunner.query(statement);
  await queryRunner.query('DELETE FROM telephony_former_shape WHERE migration = $1', [
    migration.constructor.name,
  ]);
}
