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

/** New values for a column of some calls. */
export interface ReplacedValues {
  readonly column: string;
  /** SQL expression on the row as it was found. */
  readonly value: string;
  /** SQL condition that selects the rows. */
  readonly where: string;
}

/**
 * Replaces values of a column of `telephony_calls` and records the former ones. `restoreFormerShape` restores them in the
 * rows whose value has not been changed since.
 */
export async function replaceFoundValues(
  queryRunner: QueryRunner,
  migration: MigrationInterface,
  { column, value, where }: ReplacedValues,
): Promise<void> {
  await queryRunner.query(
    `INSERT INTO telephony_former_shape (migration, statement)
     SELECT $1, format(
              'UPDATE telephony_calls AS call SET ${column} = former.value '
              'FROM unnest(%1$L::integer[], %2$L::%3$s[], %4$L::%3$s[]) AS former (id, value, replaced) '
              'WHERE call.id = former.id AND call.${column} IS NOT DISTINCT FROM former.replaced',
              array_agg(id), array_agg(${column}), min(pg_typeof(${column})::text), array_agg(${value}))
       FROM telephony_calls
      WHERE ${where}
     HAVING count(*) > 0`,
    [migration.constructor.name],
  );
  await queryRunner.query(`UPDATE telephony_calls SET ${column} = ${value} WHERE ${where}`);
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
