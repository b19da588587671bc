import { Repository } from 'typeorm';
import { PreparedStatement } from '../../../database/batch/prepared-statement.js';
import { Customer } from './customer.entity.js';

/** The columns that are read to match customers by number. */
export type CustomerWithNumbers = Pick<
  Customer,
  'id' | 'name' | 'phone' | 'mobile' | 'email' | 'source' | 'assignedTo'
>;

/** Most customers that are read for one key. Thousands may share a number that somebody entered to fill the field. */
export const MOST_PER_KEY = 20;

const KEYS = 'telephony_phone_keys(c.phone, c.mobile, c.source)';

/** The customers that are not deleted and meet a condition, oldest first. */
const oldest = (condition: string): string => `
  (SELECT c.id, c.name, c.phone, c.mobile, c.email, c.source, c.assigned_to FROM customers c
    WHERE ${condition} AND c.is_deleted IS NOT TRUE ORDER BY c.id LIMIT ${MOST_PER_KEY})`;

/**
 * The first three keys of a customer have an index each, ordered by customer, so that only the oldest records are read.
 * Customers with more keys, of which there are hardly any, have a further index.
 */
const FIND = new PreparedStatement<CustomerWithNumbers>(
  'find-customers-by-phone-keys',
  `
    SELECT found.id, found.name, found.phone, found.mobile, found.email, found.source, found.assigned_to AS "assignedTo"
      FROM unnest($1::text[]) AS wanted (key) CROSS JOIN LATERAL (
        ${oldest(`(${KEYS})[1] = wanted.key`)}
        UNION ALL ${oldest(`(${KEYS})[2] = wanted.key`)}
        UNION ALL ${oldest(`(${KEYS})[3] = wanted.key`)}
        UNION ALL ${oldest(`${KEYS} @> ARRAY[wanted.key] AND cardinality(${KEYS}) > 3`)}) AS found`,
);

/** Rows of `customers`, a table of the CRM. Reads only. */
export class CustomerRepository extends Repository<Customer> {
  /**
   * Customers that are not deleted and whose `phone`, `mobile` or `source` has one of these keys, see `phoneKeyOf`: of
   * each key at least the {@link MOST_PER_KEY} oldest. A customer may be returned several times.
   */
  findByPhoneKeys(keys: readonly string[]): Promise<CustomerWithNumbers[]> {
    return FIND.run(this.manager, [keys]);
  }
}
