import type { MigrationInterface, QueryRunner } from 'typeorm';
import { findPlainIndex } from './support/catalog.js';
import { changeFound, restoreFormerShape } from './support/former-shape.js';

const IS_PENDING_MISSED_CALL = `call_reason = 'missed_call' AND status = 'pending'`;

/**
 * Allows at most one pending missed_call task per customer, and indexes tasks by customer. The CRM may already have several
 * such tasks of one customer, which must not be changed: then the unique index covers only tasks created later.
 *
 * Nothing else is added to `crm_call_tasks`. Creating the indexes blocks its writers, but not its readers.
 */
export class KeepOnePendingMissedCallTask1795306200000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('LOCK TABLE crm_call_tasks IN SHARE MODE');
    const lastId = await lastTaskIdIfDuplicated(queryRunner);
    const afterFormerTasks = lastId === null ? '' : ` AND id > ${lastId}`;
    await queryRunner.query(`
      CREATE UNIQUE INDEX uq_crm_call_tasks_pending_missed_call ON crm_call_tasks (customer_id)
       WHERE ${IS_PENDING_MISSED_CALL}${afterFormerTasks}`);

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

/** Highest task id if existing tasks violate the unique key; null if they do not. */
async function lastTaskIdIfDuplicated(queryRunner: QueryRunner): Promise<number | null> {
  const [row]: { last_id: number }[] = await queryRunner.query(`
    SELECT (SELECT max(id) FROM crm_call_tasks) AS last_id
     WHERE EXISTS (
       SELECT FROM crm_call_tasks WHERE ${IS_PENDING_MISSED_CALL} GROUP BY customer_id HAVING count(*) > 1)`);
  return row?.last_id ?? null;
}
