import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { e164Of, readPhoneNumber } from '../../../common/phone-number.js';
import { Customer } from './customer.entity.js';

/** What telephony needs to know of a customer. */
export interface CustomerMatch {
  readonly id: number;
  readonly name: string;
  /** The CRM user who looks after this customer. */
  readonly assignedTo: number | null;
}

/** The CRM's customers, looked up by telephone number. Reads only. */
@Injectable()
export class CustomersService {
  /**
   * The customer with this number in `phone` or `mobile`, however it was written there; of several, the oldest
   * record. Deleted customers are not found.
   */
  async findByNumber(manager: EntityManager, e164: string): Promise<CustomerMatch | null> {
    const candidates = await manager
      .createQueryBuilder(Customer, 'customer')
      .select(['customer.id', 'customer.name', 'customer.phone', 'customer.mobile', 'customer.assignedTo'])
      // The index holds the last ten digits of every number in the two columns; equality is decided below.
      .where('telephony_phone_keys(customer.phone, customer.mobile) && ARRAY[:key]', { key: e164.slice(-10) })
      .andWhere('customer.is_deleted IS NOT TRUE')
      .orderBy('customer.id')
      .limit(20)
      .getMany();
    const match = candidates.find(({ phone, mobile }) => holds(phone, e164) || holds(mobile, e164));
    return match ? { id: match.id, name: match.name, assignedTo: match.assignedTo } : null;
  }
}

function holds(field: string | null, e164: string): boolean {
  if (field === null) return false;
  const number = readPhoneNumber(field);
  return e164Of(field) === e164 || (number.kind === 'number' && number.others.includes(e164));
}
