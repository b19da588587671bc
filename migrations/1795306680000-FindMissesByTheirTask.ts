import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The misses behind a task were looked for among all calls of its customer. And every call that nobody had answered stood
 * in the index of those who answer first and hand on, where nobody looks for it.
 *
 * While it runs nobody reads or writes calls: taking an index away needs them alone. That comes first, for who holds less
 * and then asks for more waits for those who wait for him.
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
