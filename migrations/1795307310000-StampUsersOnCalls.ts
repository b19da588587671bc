import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The users of a call, who held its extensions at its time. Defaults of new columns need no rewrite of the table. */
export class StampUsersOnCalls1795307310000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE telephony_calls ADD COLUMN first_agent_user_id integer,
                                  ADD COLUMN user_ids integer[] NOT NULL DEFAULT '{}'`);
    await queryRunner.query(`
      CREATE INDEX ix_telephony_calls_first_agent_user_id_started_at
          ON telephony_calls (first_agent_user_id, started_at)
       WHERE first_agent_user_id IS NOT NULL AND first_agent_user_id IS DISTINCT FROM agent_user_id`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP INDEX ix_telephony_calls_first_agent_user_id_started_at');
    await queryRunner.query(
      'ALTER TABLE telephony_calls DROP COLUMN user_ids, DROP COLUMN first_agent_user_id',
    );
  }
}
