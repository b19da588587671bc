import type { MigrationInterface, QueryRunner } from 'typeorm';
import { e164Of } from '../src/common/phone-number.js';

const BATCH_SIZE = 1_000;

/**
 * The customer's number in E.164, the form numbers are compared in, for the calls there are already: read by the same
 * normaliser that reads new ones; null where the field holds no telephone number.
 *
 * Runs outside of a transaction, so that no more than one batch of rows is ever locked. Every step can be run again:
 * after an interruption it goes on with the calls that have no number yet. Making the index holds up writers of calls.
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
    await queryRunner.query(
      `UPDATE telephony_calls SET customer_number_e164 = number.e164
         FROM unnest($1::integer[], $2::text[]) AS number (id, e164)
        WHERE telephony_calls.id = number.id`,
      [numbers.map(({ id }) => id), numbers.map(({ e164 }) => e164)],
    );
  } while (batch.length === BATCH_SIZE);
}
