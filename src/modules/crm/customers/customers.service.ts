import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { writtenForms } from '../../../common/phone-number.js';
import { numbersIn, phoneKeyOf } from '../phone-keys.js';
import { CustomerRepository } from './customer.repository.js';

/** What telephony needs of a customer. */
export interface CustomerMatch {
  readonly id: number;
  readonly name: string;
  /** The CRM user to whom the customer is assigned; null: none. */
  readonly assignedTo: number | null;
}

/** The CRM's customers, looked up by telephone number. Reads only. */
@Injectable()
export class CustomersService {
  constructor(private readonly customers: CustomerRepository) {}

  /**
   * Finds the customers with these numbers in `phone`, `mobile` or `source`, however they are written there. If several
   * customers have the same number, the one with the lowest id is used, among the oldest that the repository reads.
   * Deleted customers are not found.
   * @param numbers E.164
   * @returns customers by number
   */
  async findByNumbers(
    manager: EntityManager,
    numbers: ReadonlySet<string>,
  ): Promise<ReadonlyMap<string, CustomerMatch>> {
    const found = new Map<string, CustomerMatch>();
    const keys = new Set([...numbers].map(phoneKeyOf).filter((key) => key !== null));
    if (keys.size === 0) return found;
    const numberByForm = new Map(
      [...numbers].flatMap((number) => writtenForms(number).map((form) => [form, number])),
    );
    const customers = manager.withRepository(this.customers);
    for (const { phone, mobile, email: _email, source, ...match } of await customers.findByPhoneKeys([
      ...keys,
    ])) {
      const fields = [phone, mobile, source].filter((field) => field !== null);
      for (const number of new Set(fields.flatMap((field) => numbersOf(field, numberByForm)))) {
        const other = found.get(number);
        const hasOlder = other !== undefined && other.id < match.id;
        if (numbers.has(number) && !hasOlder) found.set(number, match);
      }
    }
    return found;
  }

  /** Whether `phone`, `mobile` or `source` of this customer holds this number. @param e164 E.164 */
  async hasNumber(manager: EntityManager, id: number, e164: string): Promise<boolean> {
    const customer = await manager.withRepository(this.customers).findOne({
      select: { id: true, phone: true, mobile: true, source: true },
      where: { id },
    });
    const fields = [customer?.phone, customer?.mobile, customer?.source];
    return fields.some((field) => typeof field === 'string' && numbersIn(field).includes(e164));
  }
}

/**
 * E.164 of every number in a field.
 * @param numberByForm E.164 by usual written forms. Most fields match one of them, which avoids parsing the field
 */
function numbersOf(field: string, numberByForm: ReadonlyMap<string, string>): string[] {
  const known = numberByForm.get(field.replaceAll(/[ -]/g, ''));
  return known === undefined ? numbersIn(field) : [known];
}
