import type { MigrationInterface, QueryRunner } from 'typeorm';
import { leaveRoomInPages } from './support/page-room.js';
import { changeFound, replaceFoundValues, restoreFormerShape } from './support/former-shape.js';

interface FoundColumn {
  name: string;
  /** SQL type with precision. */
  type: string;
  nullable: boolean;
  /** SQL expression; null: no default. */
  default: string | null;
}

/**
 * Converts the times of `telephony_calls` to timestamptz. The former code stored local times without a zone;
 * LEGACY_TIME_ZONE names it. A revert uses the zone of the conversion, not the current setting. Rows without created_at
 * or updated_at get another time of the row.
 *
 * A default of the current time stays one: the CRM's code may write rows while the service runs.
 *
 * Rewrites the table and its indexes once under an exclusive lock, which blocks readers and writers of calls.
 */
export class StoreCallTimesWithZone1795305840000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    const columns = await findTimesWithoutZone(queryRunner);
    if (columns.length === 0) return;
    const zone = await quotedLegacyTimeZone(queryRunner);

    await leaveRoomInPages(queryRunner, this);
    await changeFound(queryRunner, this, {
      apply: alterCalls(
        columns.flatMap((column) => [
          ...retype(column.name, 'timestamptz', zone),
          ...(column.default === null ? [] : [`ALTER ${column.name} SET DEFAULT now()`]),
        ]),
      ),
      restore: alterCalls(
        columns.flatMap((column) => [...retype(column.name, column.type, zone), ...formerDefault(column)]),
      ),
    });
    await replaceFoundValues(queryRunner, this, {
      column: 'created_at',
      value: 'coalesce(started_at, updated_at, now())',
      where: 'created_at IS NULL',
    });
    await replaceFoundValues(queryRunner, this, {
      column: 'updated_at',
      value: 'created_at',
      where: 'updated_at IS NULL',
    });
    const rowTimes = columns.filter(({ name }) => name === 'created_at' || name === 'updated_at');
    for (const { name, nullable } of rowTimes) {
      await queryRunner.query(alterCalls([`ALTER ${name} SET DEFAULT now()`]));
      if (!nullable) continue;
      await changeFound(queryRunner, this, {
        apply: alterCalls([`ALTER ${name} SET NOT NULL`]),
        restore: alterCalls([`ALTER ${name} DROP NOT NULL`]),
      });
    }
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await restoreFormerShape(queryRunner, this);
  }
}

async function findTimesWithoutZone(queryRunner: QueryRunner): Promise<FoundColumn[]> {
  return queryRunner.query(
    `SELECT attname AS name, format_type(atttypid, atttypmod) AS type, NOT attnotnull AS nullable,
            pg_get_expr(adbin, adrelid) AS default
       FROM pg_attribute
       LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
      WHERE attrelid = 'telephony_calls'::regclass AND atttypid = 'timestamp'::regtype
        AND attname = ANY ($1)
      ORDER BY attnum`,
    [['started_at', 'answered_at', 'ended_at', 'created_at', 'updated_at']],
  );
}

async function quotedLegacyTimeZone(queryRunner: QueryRunner): Promise<string> {
  const rows: [{ zone: string }] = await queryRunner.query(
    `SELECT quote_literal(
       coalesce(nullif(current_setting('telephony.legacy_time_zone', true), ''), 'Asia/Dhaka')) AS zone`,
  );
  return rows[0].zone;
}

function alterCalls(actions: string[]): string {
  return `ALTER TABLE telephony_calls ${actions.join(', ')}`;
}

/** Drops the default first: PostgreSQL would cast it by the time zone of the session. */
function retype(column: string, type: string, zone: string): string[] {
  return [
    `ALTER ${column} DROP DEFAULT`,
    `ALTER ${column} TYPE ${type} USING ${column} AT TIME ZONE ${zone}`,
  ];
}

function formerDefault(column: FoundColumn): string[] {
  return column.default === null ? [] : [`ALTER ${column.name} SET DEFAULT ${column.default}`];
}
