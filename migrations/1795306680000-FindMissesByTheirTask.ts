import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Indexes missed calls by their task: without it, finding them scans all calls of the customer. Also removes unanswered
 * calls from the index on first_agent_phone, where no query needs them.
 *
 * Blocks readers and writers of calls: DROP INDEX takes an exclusive lock. It comes first, because upgrading from the
 * weaker lock of CREATE INDEX could deadlock with a reader or writer that waits for this transaction.
 */
export class FindMissesByTheirTask1795306680000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP INDEX ix_telephony_calls_first_agent_phone_started_at');
    await queryRunner.query(`
      CREATE INDEX ix_telephony_calls_first_agent_phone_started_at
          ON telephony_calls (first_agent_phone, started_at)
       WHERE first_agent_phone IS NOT NULL AND first_agent_phone IS DISTINCT FROM agent_phone`);
    await queryRunner.query(`
      CREATE INDEX ix_telephony_calls_missed_task_id
          ON telephony_calls (((effects -> 'missedTask' ->> 'taskId')::integer))
       WHERE (effects -> 'missedTask' ->> 'taskId')::integer IS NOT NULL`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP INDEX ix_telephony_calls_missed_task_id');
    await queryRunner.query('DROP INDEX ix_telephony_calls_first_agent_phone_started_at');
    await queryRunner.query(`
      CREATE INDEX ix_telephony_calls_first_agent_phone_started_at
          ON telephony_calls (first_agent_phone, started_at)
       WHERE first_agent_phone IS DISTINCT FROM agent_phone`);
  }
}
