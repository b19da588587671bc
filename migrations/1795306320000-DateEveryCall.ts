import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Sets started_at, by which calls are listed, for rows of the former code without it: to their earliest time, marked as
 * inferred. Rewrites only those rows.
 */
export class DateEveryCall1795306320000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      UPDATE telephony_calls
         SET started_at = coalesce(least(answered_at, ended_at), created_at),
             inferred = array_append(inferred, 'started_at')
       WHERE started_at IS NULL`);
  }

  /** Removes the inferred time from rows to which this service has not applied an event since. */
  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      UPDATE telephony_calls
         SET started_at = NULL
       WHERE facts IS NULL AND 'started_at' = ANY (inferred)`);
  }
}
