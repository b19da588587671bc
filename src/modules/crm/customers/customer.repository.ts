import { Repository } from 'typeorm';
import { Customer } from './customer.entity.js';

/** The columns that are read to match customers by number. */
export type CustomerWithNumbers = Pick<Customer, 'id' | 'name' | 'phone' | 'mobile' | 'assignedTo'>;

/** Rows of `customers`, a table of the CRM. Reads only. */
export class CustomerRepository extends Repository<Customer> {
  /**
   * Customers that are not deleted and whose `phone` or `mobile` has one of these keys. A key is the last ten digits of a
   * number, as in the index on `telephony_phone_keys`. Different numbers may have equal keys: compare the numbers too.
   */
  findByPhoneKeys(keys: readonly string[]): Promise<CustomerWithNumbers[]> {
    return this.createQueryBuilder('customer')
      .select('customer.id', 'id')
      .addSelect('customer.name', 'name')
      .addSelect('customer.phone', 'phone')
      .addSelect('customer.mobile', 'mobile')
      .addSelect('customer.assignedTo', 'assignedTo')
      .where('telephony_phone_keys(customer.phone, customer.mobile) && CAST(:keys AS text[])', { keys })
      .andWhere('customer.isDeleted IS NOT TRUE')
      .getRawMany<CustomerWithNumbers>();
  }
}
