import type { MigrationInterface, QueryRunner } from 'typeorm';

const KEYS = 'telephony_phone_keys(customer_id, NULL)';

/**
 * Finds tasks by telephone number in any writing, such as `01712-345678` or two numbers in one field: an index on the
 * last ten digits of every number in `customer_id`. Most tasks are closed, so the open missed-call tasks, which every
 * missed and every reached customer needs, have an index of their own.
 *
 * Nothing else is added to `crm_call_tasks`. Creating the indexes blocks its writers (200,000 tasks: 3 s).
 */
export class FindTasksByPhone1795306810000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE INDEX ix_crm_call_tasks_phone_keys ON crm_call_tasks USING gin (${KEYS}) WITH (fastupdate = off)`);
    await queryRunner.query(`
      CREATE INDEX ix_crm_call_tasks_open_missed_call ON crm_call_tasks USING gin (${KEYS})
        WITH (fastupdate = off)
       WHERE call_reason = 'missed_call' AND status IN ('pending', 'in_progress')`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP INDEX ix_crm_call_tasks_open_missed_call');
    await queryRunner.query('DROP INDEX ix_crm_call_tasks_phone_keys');
  }
}
