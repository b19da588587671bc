import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Columns by whose value the call log finds calls, newest first, and which calls their indexes have. */
const COLUMNS = {
  disposition: 'disposition IS NOT NULL',
  queue_name: 'queue_name IS NOT NULL',
  trunk_name: 'trunk_name IS NOT NULL',
  customer_phone: 'customer_number_e164 IS NULL',
};

/**
 * The call log reads the calls of a queue, a trunk, a disposition or a caller without a number from the newest on. The former indexes had no order, so
 * all of them had to be read and sorted. As many writes as before, since each replaces one.
 *
 * Blocks readers and writers of calls: DROP INDEX takes an exclusive lock.
 */
export class FindCallsByWhatTheLogShows1795307800000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    for (const [column, condition] of Object.entries(COLUMNS)) {
      await queryRunner.query(`DROP INDEX ix_telephony_calls_${column}`);
      await queryRunner.query(`
        CREATE INDEX ix_telephony_calls_${column}_started_at ON telephony_calls (${column}, started_at)
         WHERE ${condition}`);
    }
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const [column, condition] of Object.entries(COLUMNS)) {
      await queryRunner.query(`DROP INDEX ix_telephony_calls_${column}_started_at`);
      await queryRunner.query(`
        CREATE INDEX ix_telephony_calls_${column} ON telephony_calls (${column}) WHERE ${condition}`);
    }
  }
}
