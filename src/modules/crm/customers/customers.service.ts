import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { readPhoneNumber, writtenForms } from '../../../common/phone-number.js';
import { CustomerRepository } from './customer.repository.js';

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
  constructor(private readonly customers: CustomerRepository) {}

  /**
   * The customers with these numbers in `phone` or `mobile`, however they were written there, by number; of several
   * with the same, the oldest record. Deleted customers are not found.
   * @param numbers E.164
   */
  async findByNumbers(
    manager: EntityManager,
    numbers: ReadonlySet<string>,
  ): Promise<ReadonlyMap<string, CustomerMatch>> {
    const found = new Map<string, CustomerMatch>();
    if (numbers.size === 0) return found;
    const keys = [...numbers].map((number) => number.slice(-10));
    const plain = new Map(
      [...numbers].flatMap((number) => writtenForms(number).map((form) => [form, number])),
    );
    const customers = manager.withRepository(this.customers);
    for (const { phone, mobile, ...match } of await customers.findByPhoneKeys(keys)) {
      for (const number of new Set([phone, mobile].flatMap((field) => numbersIn(field, plain)))) {
        const known = found.get(number);
        const older = known !== undefined && known.id < match.id;
        if (numbers.has(number) && !older) found.set(number, match);
      }
    }
    return found;
  }
}

/**
 * E.164 of every number in a field.
 * @param plain sought numbers by their plain forms: what is written in one of them, as most is, need not be parsed
 */
function numbersIn(field: string | null, plain: ReadonlyMap<string, string>): string[] {
  if (field === null) return [];
  const known = plain.get(field.replaceAll(/[ -]/g, ''));
  if (known !== undefined) return [known];
  const number = readPhoneNumber(field);
  return number.kind === 'number' ? [number.e164, ...number.others] : [];
}
