import type { MigrationInterface, QueryRunner } from 'typeorm';
import { nameOrCreateIndex } from './support/catalog.js';
import { restoreFormerShape } from './support/former-shape.js';

/** Indexes for the queries on calls. An equal index of the CRM with another name is renamed instead. */
const LOOK_UPS: Readonly<Record<string, readonly string[]>> = {
  ix_telephony_calls_agent_user_id: ['agent_user_id'],
  ix_telephony_calls_disposition: ['disposition'],
  ix_telephony_calls_queue_name: ['queue_name'],
  ix_telephony_calls_started_at: ['started_at'],
  ix_telephony_calls_trunk_name: ['trunk_name'],
  ix_telephony_calls_task_id: ['task_id'],
  ix_telephony_calls_agent_user_id_started_at: ['agent_user_id', 'started_at'],
  ix_telephony_calls_agent_phone_started_at: ['agent_phone', 'started_at'],
};

/** Creating an index blocks writers of calls, but not readers. Renaming one blocks neither. */
export class IndexCalls1795306080000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    for (const [name, columns] of Object.entries(LOOK_UPS)) {
      await nameOrCreateIndex(queryRunner, this, 'telephony_calls', name, columns);
    }
    await queryRunner.query(`
      CREATE INDEX ix_telephony_calls_crm_call_id ON telephony_calls (crm_call_id)
       WHERE external_call_id IS NULL`);
    await queryRunner.query(`
      CREATE INDEX ix_telephony_calls_customer_phone ON telephony_calls (customer_phone)
       WHERE customer_number_e164 IS NULL`);
    await queryRunner.query(`
      CREATE INDEX ix_telephony_calls_first_agent_phone_started_at ON telephony_calls (first_agent_phone, started_at)
       WHERE first_agent_phone IS DISTINCT FROM agent_phone`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('DROP INDEX ix_telephony_calls_customer_phone');
    await queryRunner.query('DROP INDEX ix_telephony_calls_first_agent_phone_started_at');
    await queryRunner.query('DROP INDEX ix_telephony_calls_crm_call_id');
    await restoreFormerShape(queryRunner, this);
  }
}
