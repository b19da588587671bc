import type { MigrationInterface, QueryRunner } from 'typeorm';
import { fillCustomerNumbers } from './support/customer-numbers.js';

/**
 * Adds the customer's number in E.164, by which numbers are compared, and fills it for existing calls with the same parser
 * that reads new ones; null if the field contains no phone number.
 *
 * Runs outside of a transaction, so that only one batch of rows is locked at a time. Every step is repeatable: after an
 * interruption it continues with the calls that have no number yet. Creating the index blocks writers of calls.
 */
export class AddCustomerNumber1795306020000 implements MigrationInterface {
  readonly transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      'ALTER TABLE telephony_calls ADD COLUMN IF NOT EXISTS customer_number_e164 varchar(20)',
    );
    await fillCustomerNumbers(queryRunner);
    await queryRunner.query(`
      CREATE INDEX IF NOT EXISTS ix_telephony_calls_customer_number_e164_started_at
          ON telephony_calls (customer_number_e164, started_at)`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE telephony_calls DROP COLUMN customer_number_e164');
  }
}
