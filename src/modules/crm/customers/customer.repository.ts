import { Repository } from 'typeorm';
import { PreparedStatement } from '../../../database/batch/prepared-statement.js';
import { Customer } from './customer.entity.js';

/** The columns that are read to match customers by number. */
export type CustomerWithNumbers = Pick<
  Customer,
  'id' | 'name' | 'email' | 'phone' | 'mobile' | 'source' | 'assignedTo'
>;

/** Customers that may have some numbers, and what was chosen for the numbers. */
export interface FoundCustomers {
  /** A customer may be among them several times. */
  readonly customers: readonly CustomerWithNumbers[];
  /** By number, as the staff chose. Choices of customers who are deleted since are left out. */
  readonly choices: ReadonlyMap<string, FoundChoice>;
}

export interface FoundChoice {
  /** `customers.id`; null: none of them. */
  readonly customerId: number | null;
  /** The highest `customers.id` when it was chosen; null: unknown. */
  readonly newestCustomerId: number | null;
}

type Row = CustomerWithNumbers & {
  readonly chosenFor: string | null;
  readonly newestCustomerId: number | null;
};
/** A choice for which no customer was found. */
interface ChoiceAlone {
  readonly id: null;
  readonly chosenFor: string;
  readonly isNone: boolean;
  readonly newestCustomerId: number | null;
}

/** Most customers that are read for one key. Thousands may share a number that somebody entered to fill the field. */
export const MOST_PER_KEY = 20;

const KEYS = 'telephony_phone_keys(c.phone, c.mobile, c.source)';
const COLUMNS = 'c.id, c.name, c.email, c.phone, c.mobile, c.source, c.assigned_to';

/** The customers that are not deleted and meet a condition, oldest first. */
const oldest = (condition: string): string => `
  (SELECT ${COLUMNS} FROM customers c
    WHERE ${condition} AND c.is_deleted IS NOT TRUE ORDER BY c.id LIMIT ${MOST_PER_KEY})`;

/**
 * The first three keys of a customer have an index each, ordered by customer, so that only the oldest records are read.
 * Customers with more keys, of which there are hardly any, have a further index. The chosen customers may not be among
 * the oldest.
 */
const FIND = new PreparedStatement<Row | ChoiceAlone>(
  'find-customers-by-phone-keys',
  `
    SELECT NULL AS "chosenFor", false AS "isNone", NULL::integer AS "newestCustomerId", found.id, found.name, found.email, found.phone, found.mobile,
           found.source, found.assigned_to AS "assignedTo"
      FROM unnest($1::text[]) AS wanted (key) CROSS JOIN LATERAL (
        ${oldest(`(${KEYS})[1] = wanted.key`)}
        UNION ALL ${oldest(`(${KEYS})[2] = wanted.key`)}
        UNION ALL ${oldest(`(${KEYS})[3] = wanted.key`)}
        UNION ALL ${oldest(`${KEYS} @> ARRAY[wanted.key] AND cardinality(${KEYS}) > 3`)}) AS found
    UNION ALL
    SELECT choice.number_e164, choice.customer_id IS NULL, choice.newest_customer_id, ${COLUMNS}
      FROM telephony_caller_choices choice
      LEFT JOIN customers c ON c.id = choice.customer_id AND c.is_deleted IS NOT TRUE
     WHERE choice.number_e164 = ANY ($2)`,
);

/** Rows of `customers`, a table of the CRM. Reads only. */
export class CustomerRepository extends Repository<Customer> {
  /**
   * Customers that are not deleted and whose `phone`, `mobile` or `source` has one of these keys, see `phoneKeyOf`: of
   * each key at least the {@link MOST_PER_KEY} oldest; and the customers that the staff chose for these numbers.
   * @param numbers E.164
   */
  async findByPhoneKeys(keys: readonly string[], numbers: readonly string[]): Promise<FoundCustomers> {
    const customers: CustomerWithNumbers[] = [];
    const choices = new Map<string, FoundChoice>();
    for (const row of await FIND.run(this.manager, [keys, numbers])) {
      const { newestCustomerId } = row;
      if (row.id === null) {
        if (row.isNone) choices.set(row.chosenFor, { customerId: null, newestCustomerId });
        continue;
      }
      const { id, name, email, phone, mobile, source, assignedTo } = row;
      customers.push({ id, name, email, phone, mobile, source, assignedTo });
      if (row.chosenFor !== null) choices.set(row.chosenFor, { customerId: id, newestCustomerId });
    }
    return { customers, choices };
  }
}
