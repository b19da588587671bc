import type { MigrationInterface, QueryRunner } from 'typeorm';
import { changeFound, restoreFormerShape } from './support/former-shape.js';

const STATUS_CHECK = `CHECK (status IN ('initiated', 'ringing', 'answered', 'completed', 'failed'))`;

/**
 * Renames the primary key and the CHECK on `status` of `telephony_calls` to the names in the entity; in the CRM's database
 * they may have any name. Renaming changes only the catalogue: a short exclusive lock, no table scan.
 */
export class NameCallConstraints1795305780000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    const primaryKey = await findConstraint(queryRunner, 'p', 'id');
    if (primaryKey !== null) await this.rename(queryRunner, primaryKey, 'pk_telephony_calls');

    const statusCheck = await findConstraint(queryRunner, 'c', 'status');
    if (statusCheck !== null) {
      await this.rename(queryRunner, statusCheck, 'ck_telephony_calls_status');
    } else {
      await changeFound(queryRunner, this, {
        apply: `ALTER TABLE telephony_calls ADD CONSTRAINT ck_telephony_calls_status ${STATUS_CHECK}`,
        restore: 'ALTER TABLE telephony_calls DROP CONSTRAINT ck_telephony_calls_status',
      });
    }
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await restoreFormerShape(queryRunner, this);
  }

  private async rename(queryRunner: QueryRunner, found: string, name: string): Promise<void> {
    if (found === name) return;
    await changeFound(queryRunner, this, {
      apply: `ALTER TABLE telephony_calls RENAME CONSTRAINT ${found} TO ${name}`,
      restore: `ALTER TABLE telephony_calls RENAME CONSTRAINT ${name} TO ${found}`,
    });
  }
}

/** Quoted name of the primary key (`p`) or CHECK (`c`) on this column only; null if there is none. */
async function findConstraint(
  queryRunner: QueryRunner,
  kind: 'p' | 'c',
  column: string,
): Promise<string | null> {
  const [row]: { name: string }[] = await queryRunner.query(
    `SELECT quote_ident(conname) AS name
       FROM pg_constraint
       JOIN pg_attribute ON attrelid = conrelid AND conkey = ARRAY[attnum]
      WHERE conrelid = 'telephony_calls'::regclass AND contype = $1 AND attname = $2
      ORDER BY pg_constraint.oid
      LIMIT 1`,
    [kind, column],
  );
  return row?.name ?? null;
}
