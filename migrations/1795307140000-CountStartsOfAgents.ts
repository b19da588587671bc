import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The limits of starts count the calls of an agent, and of all agents, by the time at which their rows were written. */
export class CountStartsOfAgents1795307140000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE INDEX ix_telephony_calls_agent_user_id_created_at ON telephony_calls (agent_user_id, created_at)
       WHERE agent_user_id IS NOT NULL`);
    await queryRunner.query(`
      CREATE INDEX ix_telephony_calls_started_created_at ON telephony_calls (created_at)
       WHERE agent_user_id IS NOT NULL`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP INDEX ix_telephony_calls_started_created_at');
    await queryRunner.query('DROP INDEX ix_telephony_calls_agent_user_id_created_at');
  }
}
