import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A repeated click is found by our own clock, which the index of an agent's calls by their start is not ordered by. */
export class FindOpenCallsOfAgents1795307010000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE INDEX ix_telephony_calls_open_agent_user_id ON telephony_calls (agent_user_id, created_at)
       WHERE status NOT IN ('completed', 'failed') AND agent_user_id IS NOT NULL`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP INDEX ix_telephony_calls_open_agent_user_id');
  }
}
