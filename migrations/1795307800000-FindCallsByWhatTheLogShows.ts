import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Columns by whose value the call log finds calls, newest first. */
const COLUMNS = ['disposition', 'queue_name', 'trunk_name'];

/**
 * The call log reads the calls of a queue, a trunk or a disposition from the newest on. The former indexes had no order, so
 * all of them had to be read and sorted. As many writes as before, since each replaces one.
 *
 * Blocks readers and writers of calls: DROP INDEX takes an exclusive lock.
 */
export class FindCallsByWhatTheLogShows1795307800000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    for (const column of COLUMNS) {
      await queryRunner.query(`DROP INDEX ix_telephony_calls_${column}`);
      await queryRunner.query(`
        CREATE INDEX ix_telephony_calls_${column}_started_at ON telephony_calls (${column}, started_at)
         WHERE ${column} IS NOT NULL`);
    }
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const column of COLUMNS) {
      await queryRunner.query(`DROP INDEX ix_telephony_calls_${column}_started_at`);
      await queryRunner.query(`
        CREATE INDEX ix_telephony_calls_${column} ON telephony_calls (${column}) WHERE ${column} IS NOT NULL`);
    }
  }
}
