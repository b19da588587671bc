import type { MigrationInterface, QueryRunner } from 'typeorm';
import { changeFound } from './former-shape.js';

/** Queries on the existing schema. Returned names are quoted for use in SQL. */

export async function hasTable(queryRunner: QueryRunner, table: string): Promise<boolean> {
  const [row]: { found: boolean }[] = await queryRunner.query('SELECT to_regclass($1) IS NOT NULL AS found', [
    table,
  ]);
  return row?.found === true;
}

/** Creates the table unless it exists; only a table created here is dropped on revert. */
export async function createTableIfAbsent(
  queryRunner: QueryRunner,
  migration: MigrationInterface,
  table: string,
  columnsAndConstraints: string,
): Promise<void> {
  if (await hasTable(queryRunner, table)) return;
  await changeFound(queryRunner, migration, {
    apply: `CREATE TABLE ${table} (${columnsAndConstraints})`,
    restore: `DROP TABLE ${table}`,
  });
}

/** Ensures an index of this name: renames an equal index if there is one, and creates it otherwise. */
export async function nameOrCreateIndex(
  queryRunner: QueryRunner,
  migration: MigrationInterface,
  table: string,
  name: string,
  columns: readonly string[],
): Promise<void> {
  const found = await findPlainIndex(queryRunner, table, columns, 'equal');
  if (found === name) return;
  await changeFound(
    queryRunner,
    migration,
    found === null
      ? { apply: `CREATE INDEX ${name} ON ${table} (${columns.join(', ')})`, restore: `DROP INDEX ${name}` }
      : {
          apply: `ALTER INDEX ${found} RENAME TO ${name}`,
          restore: `ALTER INDEX ${name} RENAME TO ${found}`,
        },
  );
}

/**
 * Name of an index for queries on these columns: a valid, non-partial B-tree in default order, on exactly these columns
 * (`equal`, and not unique) or starting with them (`leading`); null if there is none.
 */
export async function findPlainIndex(
  queryRunner: QueryRunner,
  table: string,
  columns: readonly string[],
  match: 'equal' | 'leading',
): Promise<string | null> {
  const [row]: { name: string }[] = await queryRunner.query(
    `SELECT quote_ident(index_class.relname) AS name
       FROM pg_index
       JOIN pg_class AS index_class ON index_class.oid = pg_index.indexrelid
       JOIN pg_am ON pg_am.oid = index_class.relam AND pg_am.amname = 'btree'
      CROSS JOIN LATERAL (
        SELECT array_agg(attname::text ORDER BY position) AS columns,
               bool_and(indoption[position - 1] = 0 AND opcdefault) AS in_default_order
          FROM unnest(indkey[0:cardinality($2::text[]) - 1]) WITH ORDINALITY AS key (attnum, position)
          JOIN pg_attribute ON attrelid = indrelid AND pg_attribute.attnum = key.attnum
          JOIN pg_opclass ON pg_opclass.oid = indclass[position - 1]
      ) AS key
      WHERE indrelid = $1::regclass AND indisvalid AND indpred IS NULL AND in_default_order AND key.columns = $2
        AND ($3 = 'leading' OR (indnatts = cardinality($2) AND NOT indisunique))
      ORDER BY pg_index.indexrelid
      LIMIT 1`,
    [table, columns, match],
  );
  return row?.name ?? null;
}
