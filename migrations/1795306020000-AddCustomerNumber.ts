import type { MigrationInterface, QueryRunner } from 'typeorm';
import { e164Of } from '../src/common/phone-number.js';

const BATCH_SIZE = 1_000;

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
    // Without statistics PostgreSQL would sort the whole table for each batch.
    await queryRunner.query('ANALYZE telephony_calls');
    await fillCustomerNumbers(queryRunner);
    await queryRunner.query(`
      CREATE INDEX IF NOT EXISTS ix_telephony_calls_customer_number_e164_started_at
          ON telephony_calls (customer_number_e164, started_at)`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query('ALTER TABLE telephony_calls DROP COLUMN customer_number_e164');
  }
}

async function fillCustomerNumbers(queryRunner: QueryRunner): Promise<void> {
  let batch: { id: number; customer_phone: string }[];
  let lastId = 0;
  do {
    batch = await queryRunner.query(
      `SELECT id, customer_phone FROM telephony_calls
        WHERE id > $1 AND customer_number_e164 IS NULL
        ORDER BY id LIMIT ${BATCH_SIZE}`,
      [lastId],
    );
    lastId = batch.at(-1)?.id ?? lastId;
    const numbers = batch.flatMap(({ id, customer_phone }) => {
      const e164 = e164Of(customer_phone);
      return e164 === null ? [] : [{ id, e164 }];
    });
    // The range makes PostgreSQL read a part of the primary key instead of the whole table for each batch.
    await queryRunner.query(
      `UPDATE telephony_calls SET customer_number_e164 = number.e164
         FROM unnest($1::integer[], $2::text[]) AS number (id, e164)
        WHERE telephony_calls.id = number.id AND telephony_calls.id BETWEEN $3 AND $4`,
      [numbers.map(({ id }) => id), numbers.map(({ e164 }) => e164), batch[0]?.id ?? 0, lastId],
    );
  } while (batch.length === BATCH_SIZE);
}
