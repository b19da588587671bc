import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Columns that are NULL in most calls, by their index. The indexes become partial and exclude these calls. */
const SELDOM_SET: Readonly<Record<string, readonly [columns: string, column: string]>> = {
  ix_telephony_calls_agent_user_id_started_at: ['agent_user_id, started_at', 'agent_user_id'],
  ix_telephony_calls_disposition: ['disposition', 'disposition'],
  ix_telephony_calls_queue_name: ['queue_name', 'queue_name'],
  ix_telephony_calls_trunk_name: ['trunk_name', 'trunk_name'],
  ix_telephony_calls_task_id: ['task_id', 'task_id'],
};

/**
 * Each event updates a call, and an update of the status writes to every index that contains the row. Partial indexes
 * leave out the rows whose column is NULL. Open calls, which the sweeper searches, get an index of their own.
 *
 * Blocks readers and writers of calls: DROP INDEX takes an exclusive lock.
 */
export class IndexWhatCallsHave1795306560000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    for (const [name, [columns, column]] of Object.entries(SELDOM_SET)) {
      await queryRunner.query(`DROP INDEX ${name}`);
      await queryRunner.query(
        `CREATE INDEX ${name} ON telephony_calls (${columns}) WHERE ${column} IS NOT NULL`,
      );
    }
    // Redundant: the index on (agent_user_id, started_at) has the same leading column.
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
