import type { MigrationInterface, QueryRunner } from 'typeorm';
import { findPlainIndex } from './support/catalog.js';
import { changeFound, restoreFormerShape } from './support/former-shape.js';

const IS_PENDING_MISSED_CALL = `call_reason = 'missed_call' AND status = 'pending'`;

/**
 * At most one pending missed_call task per customer, and a quick look at the tasks of a customer. The CRM may hold
 * several such tasks of one customer already, and they are its own: then the key begins behind the tasks of today.
 *
 * The two indexes are all that is added to `crm_call_tasks`; its writers wait while they are made, its readers do not.
 */
export class KeepOnePendingMissedCallTask1795306200000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('LOCK TABLE crm_call_tasks IN SHARE MODE');
    const lastId = await lastTaskIdIfDuplicated(queryRunner);
    const behindFormerTasks = lastId === null ? '' : ` AND id > ${lastId}`;
    await queryRunner.query(`
      CREATE UNIQUE INDEX uq_crm_call_tasks_pending_missed_call ON crm_call_tasks (customer_id)
       WHERE ${IS_PENDING_MISSED_CALL}${behindFormerTasks}`);

    if ((await findPlainIndex(queryRunner, 'crm_call_tasks', ['customer_id'], 'leading')) !== null) return;
    await changeFound(queryRunner, this, {
      apply: 'CREATE INDEX ix_crm_call_tasks_customer_id ON crm_call_tasks (customer_id)',
      restore: 'DROP INDEX ix_crm_call_tasks_customer_id',
    });
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await restoreFormerShape(queryRunner, this);
    await queryRunner.query('DROP INDEX uq_crm_call_tasks_pending_missed_call');
  }
}

/** Highest id of all tasks, if the key would not hold for them; null if it would. */
async function lastTaskIdIfDuplicated(queryRunner: QueryRunner): Promise<number | null> {
  const [row]: { last_id: number }[] = await queryRunner.query(`
    SELECT (SELECT max(id) FROM crm_call_tasks) AS last_id
     WHERE EXISTS (
       SELECT FROM crm_call_tasks WHERE ${IS_PENDING_MISSED_CALL} GROUP BY customer_id HAVING count(*) > 1)`);
  return row?.last_id ?? null;
}
