import type { MigrationInterface, QueryRunner } from 'typeorm';
import { changeFound, restoreFormerShape } from './support/former-shape.js';

const OUTCOMES = 'ck_crm_call_tasks_call_outcome';
const ADD_OUTCOMES = `ALTER TABLE crm_call_tasks ADD CONSTRAINT ${OUTCOMES} CHECK (call_outcome IN (
  'connected', 'customer_hung_up', 'whatsapp_message_sent', 'order_confirmed', 'callback_requested', 'no_answer',
  'line_busy', 'not_interested', 'number_switched_off', 'wrong_number'))`;

const KEY = 'uq_crm_call_tasks_pending_missed_call';

/**
 * The CRM writes further outcomes than those this service knew, such as `order_placed`, and its own table has no CHECK on
 * them: removes it where this service created the table. Tasks that the CRM closed have the customer 'REMOVED', so the key
 * of one pending task per customer leaves them out: the CRM may change such a task in several steps.
 *
 * Tasks written since may violate the former constraint and key: then a revert restores the constraint for later changes
 * only, and keeps the key as it is here.
 */
export class AcceptEveryOutcome1795306820000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    const [outcomes]: object[] = await queryRunner.query(
      `SELECT FROM pg_constraint WHERE conrelid = 'crm_call_tasks'::regclass AND conname = '${OUTCOMES}'`,
    );
    if (outcomes !== undefined) {
      await changeFound(queryRunner, this, {
        apply: `ALTER TABLE crm_call_tasks DROP CONSTRAINT ${OUTCOMES}`,
        restore: `DO $do$ BEGIN ${ADD_OUTCOMES};
          EXCEPTION WHEN check_violation THEN ${ADD_OUTCOMES} NOT VALID; END $do$`,
      });
    }
    const [key]: { definition: string }[] = await queryRunner.query(
      `SELECT pg_get_indexdef('${KEY}'::regclass) AS definition`,
    );
    if (key === undefined) throw new Error(`There is no index ${KEY}`);
    const { definition } = key;
    await changeFound(queryRunner, this, {
      apply: `DO $do$ BEGIN DROP INDEX ${KEY}; ${definition} AND customer_id <> 'REMOVED'; END $do$`,
      restore: `DO $do$ BEGIN DROP INDEX ${KEY}; ${definition};
        EXCEPTION WHEN unique_violation THEN NULL; END $do$`,
    });
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await restoreFormerShape(queryRunner, this);
  }
}
