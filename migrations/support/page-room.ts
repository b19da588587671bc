import type { MigrationInterface, QueryRunner } from 'typeorm';
import { changeFound } from './former-shape.js';

/**
 * Half-empty pages of `telephony_calls`, from its rewrite to the last back-fill: an update that finds room in the page of
 * its row, and changes no indexed column, writes to no index.
 */
const LEAVE_ROOM = 'ALTER TABLE telephony_calls SET (fillfactor = 50)';
const FILL_PAGES = 'ALTER TABLE telephony_calls RESET (fillfactor)';

/** To be called before the table is rewritten. A fill factor of the CRM stays. */
export async function leaveRoomInPages(
  queryRunner: QueryRunner,
  migration: MigrationInterface,
): Promise<void> {
  const found: unknown[] = await queryRunner.query(`
    SELECT FROM pg_class
     WHERE oid = 'telephony_calls'::regclass AND array_to_string(reloptions, ',') LIKE '%fillfactor%'`);
  if (found.length > 0) return;
  await changeFound(queryRunner, migration, { apply: LEAVE_ROOM, restore: FILL_PAGES });
}

/** To be called after the last back-fill: from now on pages are filled again. */
export async function fillPagesAgain(queryRunner: QueryRunner, migration: MigrationInterface): Promise<void> {
  const left: unknown[] = await queryRunner.query('SELECT FROM telephony_former_shape WHERE statement = $1', [
    FILL_PAGES,
  ]);
  if (left.length === 0) return;
  await changeFound(queryRunner, migration, { apply: FILL_PAGES, restore: LEAVE_ROOM });
}
