import type { MigrationInterface, QueryRunner } from 'typeorm';
import { readPhoneNumber } from '../src/common/phone-number.js';
import { fillCustomerNumbers } from './support/customer-numbers.js';
import { restoreFormerShape } from './support/former-shape.js';
import { fillPagesAgain } from './support/page-room.js';

const BATCH_SIZE = 1_000;

interface FoundCustomer {
  readonly id: number;
  readonly phone: string | null;
  readonly mobile: string | null;
}

/**
 * Links the calls of the former code to their customers by number, as the service links its own: to the customer with the
 * lowest id, and not to deleted ones.
 *
 * Runs outside of a transaction, so that only the calls of 1,000 numbers are locked at a time. Repeatable: after an
 * interruption it continues with the calls that have no customer yet.
 */
export class LinkCallsToCustomers1795306910000 implements MigrationInterface {
  readonly transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    // The CRM's code may have written rows since AddCustomerNumber and before the trigger.
    await fillCustomerNumbers(queryRunner);
    await queryRunner.query('ANALYZE customers, telephony_calls');
    const keys = await phoneKeysExpression(queryRunner);
    let numbers: string[];
    let last = '';
    do {
      numbers = await nextNumbers(queryRunner, last);
      last = numbers.at(-1) ?? last;
      const customers = await findCustomers(queryRunner, keys, new Set(numbers));
      if (customers.size > 0) {
        await queryRunner.query(
          `UPDATE telephony_calls SET customer_id = customer.id
             FROM unnest($1::text[], $2::integer[]) AS customer (number, id)
            WHERE customer_number_e164 = customer.number AND customer_id IS NULL AND facts IS NULL`,
          [[...customers.keys()], [...customers.values()]],
        );
      }
    } while (numbers.length === BATCH_SIZE);
    await fillPagesAgain(queryRunner, this);
  }

  /** Keeps the links: they are true without this migration too, and go with their column. */
  async down(queryRunner: QueryRunner): Promise<void> {
    await restoreFormerShape(queryRunner, this);
  }
}

/** The expression of the index on customers' numbers, so that the query below uses it, whichever migration made it last. */
async function phoneKeysExpression(queryRunner: QueryRunner): Promise<string> {
  const [{ keys }]: [{ keys: string }] = await queryRunner.query(`
    SELECT pg_get_expr(indexprs, indrelid) AS keys
      FROM pg_index WHERE indexrelid = 'ix_customers_phone_keys'::regclass`);
  return keys;
}

/** Numbers of unlinked calls of the former code, in order, after `last`. */
async function nextNumbers(queryRunner: QueryRunner, last: string): Promise<string[]> {
  const rows: { number: string }[] = await queryRunner.query(
    `SELECT DISTINCT customer_number_e164 AS number FROM telephony_calls
      WHERE customer_number_e164 > $1 AND customer_id IS NULL AND facts IS NULL
      ORDER BY customer_number_e164 LIMIT ${BATCH_SIZE}`,
    [last],
  );
  return rows.map(({ number }) => number);
}

/** Ids of customers by their number. */
async function findCustomers(
  queryRunner: QueryRunner,
  keys: string,
  numbers: ReadonlySet<string>,
): Promise<ReadonlyMap<string, number>> {
  // OFFSET 0 forces one index lookup per key. Else PostgreSQL computes the keys of all customers for each batch.
  const customers: FoundCustomer[] = await queryRunner.query(
    `SELECT customer.id, customer.phone, customer.mobile
       FROM unnest($1::text[]) AS key
      CROSS JOIN LATERAL (
        SELECT * FROM customers WHERE ${keys} && ARRAY[key] AND is_deleted IS NOT TRUE OFFSET 0) AS customer
      ORDER BY customer.id`,
    [[...new Set([...numbers].map((number) => number.slice(-10)))]],
  );
  const found = new Map<string, number>();
  for (const { id, phone, mobile } of customers) {
    for (const number of [phone, mobile].flatMap(numbersIn)) {
      if (numbers.has(number) && !found.has(number)) found.set(number, id);
    }
  }
  return found;
}

function numbersIn(field: string | null): string[] {
  if (field === null) return [];
  const number = readPhoneNumber(field);
  return number.kind === 'number' ? [number.e164, ...number.others] : [];
}
