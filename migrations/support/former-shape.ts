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

/** New values for a column of some rows. */
export interface ReplacedValues {
  /** Quoted name; default: `telephony_calls`. */
  readonly table?: string;
  /** Quoted name of its primary key, a single column; default: `id`. */
  readonly key?: string;
  readonly column: string;
  /** SQL expression on the row as it was found. */
  readonly value: string;
  /** SQL condition that selects the rows. */
  readonly where: string;
}

/**
 * Replaces values of a column and records the former ones. `restoreFormerShape` restores them in the rows whose value has
 * not been changed since.
 */
export async function replaceFoundValues(
  queryRunner: QueryRunner,
  migration: MigrationInterface,
  { table = 'telephony_calls', key = 'id', column, value, where }: ReplacedValues,
): Promise<void> {
  await queryRunner.query(
    `INSERT INTO telephony_former_shape (migration, statement)
     SELECT $1, format(
              'UPDATE ${table} AS found SET ${column} = former.value '
              'FROM unnest(%1$L::%2$s[], %3$L::%4$s[], %5$L::%4$s[]) AS former (key, value, replaced) '
              'WHERE found.${key} = former.key AND found.${column} IS NOT DISTINCT FROM former.replaced',
              array_agg(${key}), min(pg_typeof(${key})::text),
              array_agg(${column}), min(pg_typeof(${column})::text), array_agg(${value}))
       FROM ${table}
      WHERE ${where}
     HAVING count(*) > 0`,
    [migration.constructor.name],
  );
  await queryRunner.query(`UPDATE ${table} SET ${column} = ${value} WHERE ${where}`);
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
