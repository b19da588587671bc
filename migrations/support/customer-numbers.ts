import type { QueryRunner } from 'typeorm';
import { e164Of } from '../../src/common/phone-number.js';

const BATCH_SIZE = 1_000;

/**
 * Fills in the numbers of calls that have none, with the parser that reads new ones; null if the field contains no phone
 * number. Outside of a transaction only one batch of rows is locked at a time, and a repetition continues.
 */
export async function fillCustomerNumbers(queryRunner: QueryRunner): Promise<void> {
  // Without statistics PostgreSQL would sort the whole table for each batch.
  await queryRunner.query('ANALYZE telephony_calls');
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
