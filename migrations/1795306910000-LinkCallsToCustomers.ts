import type { MigrationInterface, QueryRunner } from 'typeorm';
import { readPhoneNumber } from '../src/common/phone-number.js';
import { fillCustomerNumbers } from './support/customer-numbers.js';
import { restoreFormerShape } from './support/former-shape.js';
import { fillPagesAgain } from './support/page-room.js';

const BATCH_SIZE = 1_000;
const CUSTOMERS_AT_ONCE = 5_000;

interface FoundCustomer {
  readonly id: number;
  readonly fields: readonly (string | null)[];
}

/**
 * Links the calls of the former code to their customers by number, as the service links its own: to the customer with the
 * lowest id, and not to deleted ones.
 *
 * Reads all customers once into a temporary table by number: an index look-up for each number would depend on indexes that
 * other migrations change. Runs outside of a transaction, so that only the calls of 1,000 numbers are locked at a time.
 * Repeatable: after an interruption it continues with the calls that have no customer yet.
 */
export class LinkCallsToCustomers1795306910000 implements MigrationInterface {
  readonly transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    // The CRM's code may have written rows since AddCustomerNumber and before the trigger.
    await fillCustomerNumbers(queryRunner);
    if (await hasCallsToLink(queryRunner)) await linkCalls(queryRunner);
    await fillPagesAgain(queryRunner, this);
  }

  /** Keeps the links: they are true without this migration too, and go with their column. */
  async down(queryRunner: QueryRunner): Promise<void> {
    await restoreFormerShape(queryRunner, this);
  }
}

const IS_UNLINKED = 'customer_number_e164 IS NOT NULL AND customer_id IS NULL AND facts IS NULL';

async function hasCallsToLink(queryRunner: QueryRunner): Promise<boolean> {
  const found: unknown[] = await queryRunner.query(
    `SELECT FROM telephony_calls WHERE ${IS_UNLINKED} LIMIT 1`,
  );
  return found.length > 0;
}

async function linkCalls(queryRunner: QueryRunner): Promise<void> {
  // The embedded PostgreSQL has one session, which may have been interrupted here.
  await queryRunner.query('DROP TABLE IF EXISTS pg_temp.customer_number');
  await queryRunner.query(
    'CREATE TEMPORARY TABLE customer_number (number varchar(20) PRIMARY KEY, customer_id integer NOT NULL)',
  );
  await collectNumbers(queryRunner);
  await queryRunner.query('ANALYZE customer_number');
  let last: string | undefined = '';
  while (last !== undefined) last = await linkBatch(queryRunner, last);
  await queryRunner.query('DROP TABLE customer_number');
}

/** Customers come in the order of their ids, so that the first one keeps a number. */
async function collectNumbers(queryRunner: QueryRunner): Promise<void> {
  const source = (await hasSource(queryRunner)) ? 'source' : 'NULL';
  let customers: FoundCustomer[];
  let lastId = 0;
  do {
    customers = await queryRunner.query(
      `SELECT id, ARRAY[phone, mobile, ${source}] AS fields FROM customers
        WHERE id > $1 AND is_deleted IS NOT TRUE
        ORDER BY id LIMIT ${CUSTOMERS_AT_ONCE}`,
      [lastId],
    );
    lastId = customers.at(-1)?.id ?? lastId;
    const numbers = customers.flatMap(({ id, fields }) =>
      fields.flatMap(numbersIn).map((number) => ({ id, number })),
    );
    await queryRunner.query(
      `INSERT INTO customer_number (number, customer_id)
       SELECT DISTINCT ON (number) number, id FROM unnest($1::text[], $2::integer[]) AS found (number, id)
        ORDER BY number, id
       ON CONFLICT DO NOTHING`,
      [numbers.map(({ number }) => number), numbers.map(({ id }) => id)],
    );
  } while (customers.length === CUSTOMERS_AT_ONCE);
}

/** Links the calls of the next numbers after `last`. @returns the last of them; undefined: there are no more */
async function linkBatch(queryRunner: QueryRunner, last: string): Promise<string | undefined> {
  const [batch]: { last: string | null }[] = await queryRunner.query(
    `SELECT max(number) AS last
       FROM (SELECT number FROM customer_number WHERE number > $1 ORDER BY number LIMIT ${BATCH_SIZE}) AS batch`,
    [last],
  );
  const end = batch?.last ?? undefined;
  if (end === undefined) return undefined;
  await queryRunner.query(
    `UPDATE telephony_calls SET customer_id = customer_number.customer_id
       FROM customer_number
      WHERE customer_number_e164 = customer_number.number AND customer_number.number > $1
        AND customer_number.number <= $2 AND telephony_calls.customer_id IS NULL AND facts IS NULL`,
    [last, end],
  );
  return end;
}

/** The CRM keeps the numbers of customers abroad there, if it has the column. */
async function hasSource(queryRunner: QueryRunner): Promise<boolean> {
  const found: unknown[] = await queryRunner.query(
    `SELECT FROM pg_attribute
      WHERE attrelid = 'customers'::regclass AND attname = 'source' AND NOT attisdropped`,
  );
  return found.length > 0;
}

function numbersIn(field: string | null): string[] {
  if (field === null) return [];
  const number = readPhoneNumber(field);
  return number.kind === 'number' ? [number.e164, ...number.others] : [];
}
