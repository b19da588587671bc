import { Repository } from 'typeorm';
import { Customer } from './customer.entity.js';

/** What is read of a customer to find him by his numbers. */
export type CustomerWithNumbers = Pick<Customer, 'id' | 'name' | 'phone' | 'mobile' | 'assignedTo'>;

/** Rows of `customers`, the CRM's. Reads only. */
export class CustomerRepository extends Repository<Customer> {
  /**
   * Customers, but for deleted ones, one of whose numbers has one of these keys: its last ten digits, as the index on
   * `telephony_phone_keys` holds them. Equal numbers have equal keys; equal keys need not mean equal numbers.
   */
  findByPhoneKeys(keys: readonly string[]): Promise<CustomerWithNumbers[]> {
    return this.createQueryBuilder('customer')
      .select(['customer.id', 'customer.name', 'customer.phone', 'customer.mobile', 'customer.assignedTo'])
      .where('telephony_phone_keys(customer.phone, customer.mobile) && CAST(:keys AS text[])', { keys })
      .andWhere('customer.isDeleted IS NOT TRUE')
      .getMany();
  }
}
