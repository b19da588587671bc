import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Columns that most calls leave empty, by the index of each: of those calls the index holds nothing. */
const SELDOM_SET: Readonly<Record<string, readonly [columns: string, column: string]>> = {
  ix_telephony_calls_agent_user_id_started_at: ['agent_user_id, started_at', 'agent_user_id'],
  ix_telephony_calls_disposition: ['disposition', 'disposition'],
  ix_telephony_calls_queue_name: ['queue_name', 'queue_name'],
  ix_telephony_calls_trunk_name: ['trunk_name', 'trunk_name'],
  ix_telephony_calls_task_id: ['task_id', 'task_id'],
};

/**
 * Each event changes a call, and each change of a status writes into every index the row stands in. So a row stands in
 * those alone that have something to find it by, and calls that are not over, which the sweeper looks for, have their own.
 *
 * While it runs nobody reads or writes calls: taking an index away needs them alone.
 */
export class IndexWhatCallsHave1795306560000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    for (const [name, [columns, column]] of Object.entries(SELDOM_SET)) {
      await queryRunner.query(`DROP INDEX ${name}`);
      await queryRunner.query(
        `CREATE INDEX ${name} ON telephony_calls (${columns}) WHERE ${column} IS NOT NULL`,
      );
    }
    // The index on user and time begins with the same column.
    await queryRunner.query('DROP INDEX ix_telephony_calls_agent_user_id');
    await queryRunner.query(`
      CREATE INDEX ix_telephony_calls_open ON telephony_calls (started_at)
       WHERE status IN ('initiated', 'ringing', 'answered')`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP INDEX ix_telephony_calls_open');
    await queryRunner.query(
      'CREATE INDEX ix_telephony_calls_agent_user_id ON telephony_calls (agent_user_id)',
    );
    for (const [name, [columns]] of Object.entries(SELDOM_SET)) {
      await queryRunner.query(`DROP INDEX ${name}`);
      await queryRunner.query(`CREATE INDEX ${name} ON telephony_calls (${columns})`);
    }
  }
}
