import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A change whose revert depends on the state in which the migration found the database. */
export interface FoundChange {
  /** Statement to execute now. */
  readonly apply: string;
  /** Statement that restores the former state. */
  readonly restore: string;
}

/** Applies a change and records its restore statement, which `restoreFormerShape` executes in `down`. */
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

/** Restores everything that this migration changed with `changeFound`, latest change first. */
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
