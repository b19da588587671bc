import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The starts of an hour are few: those of one agent are found among them in the index. A second index that began with the
 * agent was written with each event, and taken by the planner for the agent's calls by their beginning: it read all of them.
 */
export class CountStartsByOneIndex1795308200000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP INDEX ix_telephony_calls_agent_user_id_created_at');
    await queryRunner.query('DROP INDEX ix_telephony_calls_started_created_at');
    await queryRunner.query(`
      CREATE INDEX ix_telephony_calls_started_created_at ON telephony_calls (created_at, agent_user_id)
       WHERE agent_user_id IS NOT NULL`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP INDEX ix_telephony_calls_started_created_at');
    await queryRunner.query(`
      CREATE INDEX ix_telephony_calls_started_created_at ON telephony_calls (created_at)
       WHERE agent_user_id IS NOT NULL`);
    await queryRunner.query(`
      CREATE INDEX ix_telephony_calls_agent_user_id_created_at ON telephony_calls (agent_user_id, created_at)
       WHERE agent_user_id IS NOT NULL`);
  }
}
