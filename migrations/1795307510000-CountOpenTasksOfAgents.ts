import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The tasks of missed customers whom nobody looks after may go to the agent who has the fewest open ones. Most tasks are
 * closed, so the index is small; creating it blocks the writers of `crm_call_tasks` while its rows are read.
 */
export class CountOpenTasksOfAgents1795307510000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE INDEX ix_crm_call_tasks_open_assigned_agent_id ON crm_call_tasks (assigned_agent_id, task_date)
       WHERE status IN ('pending', 'in_progress')`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP INDEX ix_crm_call_tasks_open_assigned_agent_id');
  }
}
