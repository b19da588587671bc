import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Every call has a time to be listed by. Rows of the former code that tell none for their beginning get the earliest
 * they have, marked as inferred. Rewrites only those rows.
 */
export class DateEveryCall1795306320000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      UPDATE telephony_calls
         SET started_at = coalesce(least(answered_at, ended_at), created_at),
             inferred = array_append(inferred, 'started_at')
       WHERE started_at IS NULL`);
  }

  /** Takes the time back from the rows that this service has not learned anything of since. */
  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      UPDATE telephony_calls
         SET started_at = NULL
       WHERE facts IS NULL AND 'started_at' = ANY (inferred)`);
  }
}
