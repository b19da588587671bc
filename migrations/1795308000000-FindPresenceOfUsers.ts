import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The report of presence reads with which status each user came into its days: the last event before them, whenever that
 * was. Blocks writers of events while the index is made.
 */
export class FindPresenceOfUsers1795308000000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE INDEX ix_telephony_agent_presence_events_user_id_occurred_at
          ON telephony_agent_presence_events (user_id, occurred_at)`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP INDEX ix_telephony_agent_presence_events_user_id_occurred_at');
  }
}
