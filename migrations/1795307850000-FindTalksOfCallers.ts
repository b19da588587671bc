import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Whether a customer was talked to since a miss is asked for each missed call that the call log examines. Without this index
 * each answer reads all later calls of the number, so the misses of a number that calls without end cost their square.
 *
 * Blocks writers of calls: CREATE INDEX takes a lock that writers wait for.
 */
export class FindTalksOfCallers1795307850000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE INDEX ix_telephony_calls_talk_with ON telephony_calls (customer_number_e164, started_at)
       WHERE status = 'completed' AND duration_seconds >= 10`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP INDEX ix_telephony_calls_talk_with');
  }
}
