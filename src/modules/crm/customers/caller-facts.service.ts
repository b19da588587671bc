import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { inTransaction } from '../../../database/transaction.js';
import { numbersIn, phoneKeyOf } from '../phone-keys.js';
import { CustomerRepository, type CustomerWithNumbers } from './customer.repository.js';

/** Who calls. */
export interface Caller {
  /** null: nobody has the number, or several have, of whom none is guessed. */
  readonly customer: Pick<CustomerWithNumbers, 'id' | 'name' | 'phone' | 'email'> | null;
  /** Customers that have the number, as far as they are read. */
  readonly matchCount: number;
}

export const UNKNOWN_CALLER: Caller = { customer: null, matchCount: 0 };

/** What an agent is shown of a caller at once. Reads only. */
@Injectable()
export class CallerFactsService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly customers: CustomerRepository,
  ) {}

  /**
   * Not for use in a transaction.
   * @param numbers E.164
   * @returns callers by number; numbers that nobody has are missing
   */
  async ofNumbers(numbers: ReadonlySet<string>): Promise<ReadonlyMap<string, Caller>> {
    const keys = new Set([...numbers].map(phoneKeyOf).filter((key) => key !== null));
    if (keys.size === 0) return new Map();
    const customers = await inTransaction(this.dataSource, (manager) =>
      manager.withRepository(this.customers).findByPhoneKeys([...keys]),
    );
    // A customer is found once for each of the keys.
    const found = [...new Map(customers.map((customer) => [customer.id, customer])).values()].map(
      (customer) => ({ customer, numbers: numbersOf(customer) }),
    );
    return new Map(
      [...numbers].map((number) => {
        const matches = found.filter((match) => match.numbers.includes(number));
        const only = matches.length === 1 ? matches[0] : undefined;
        return [number, { customer: only ? shown(only.customer) : null, matchCount: matches.length }];
      }),
    );
  }
}

function numbersOf({ phone, mobile, source }: CustomerWithNumbers): string[] {
  return [phone, mobile, source].flatMap((field) => (field === null ? [] : numbersIn(field)));
}

function shown({ id, name, phone, email }: CustomerWithNumbers): Caller['customer'] {
  return { id, name, phone, email };
}
