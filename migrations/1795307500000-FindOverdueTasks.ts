import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Every business day begins with a look for the pending tasks of missed customers of the days before. Few tasks are pending
 * ones of that reason, so the index is small; creating it blocks the writers of `crm_call_tasks` while its rows are read.
 */
export class FindOverdueTasks1795307500000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE INDEX ix_crm_call_tasks_pending_missed_call_date ON crm_call_tasks (task_date)
       WHERE call_reason = 'missed_call' AND status = 'pending'`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP INDEX ix_crm_call_tasks_pending_missed_call_date');
  }
}
