import { Injectable } from '@nestjs/common';
import { type EntityManager, In } from 'typeorm';
import { writtenForms } from '../../../common/phone-number.js';
import { numbersIn, phoneKeyOf } from '../phone-keys.js';
import type { Customer } from './customer.entity.js';
import {
  CustomerRepository,
  type CustomerWithNumbers,
  type FoundChoice,
  MOST_PER_KEY,
} from './customer.repository.js';

/** What telephony needs of a customer. */
export type CustomerMatch = Pick<CustomerWithNumbers, 'id' | 'name' | 'email' | 'phone' | 'assignedTo'>;

/** The customers with one number. */
export interface NumberMatches {
  /** Lowest id first, at most {@link MOST_PER_KEY}, and the chosen one. Empty: nobody has the number. */
  readonly customers: readonly CustomerMatch[];
  /** Whom the staff chose; null: none of the customers; undefined: nobody has chosen, or the choice has lapsed. */
  readonly chosen: CustomerMatch | null | undefined;
}

export interface CustomerContact {
  readonly name: string;
  /** E.164; null: none is valid. */
  readonly number: string | null;
}

/** The customer of a number as far as it is certain: the chosen one, or the only one. null: none, or several. */
export function customerOf({ customers, chosen }: NumberMatches): CustomerMatch | null {
  if (chosen !== undefined) return chosen;
  return (customers.length === 1 && customers[0]) || null;
}

/** The customer that the call of a number gets: the chosen one, else the one with the lowest id. null: none. */
export function recordOf({ customers, chosen }: NumberMatches): CustomerMatch | null {
  return (chosen === undefined ? customers[0] : chosen) ?? null;
}

/** The CRM's customers, looked up by telephone number. Reads only. */
@Injectable()
export class CustomersService {
  constructor(private readonly customers: CustomerRepository) {}

  /**
   * All customers with these numbers in `phone`, `mobile` or `source`, however they are written there, as far as the
   * repository reads them. Deleted customers are not found. One statement.
   * @param numbers E.164
   * @returns by number; numbers that no customer has, and for which nothing was chosen, are left out
   */
  async matchesOf(
    manager: EntityManager,
    numbers: ReadonlySet<string>,
  ): Promise<ReadonlyMap<string, NumberMatches>> {
    const keys = new Set([...numbers].map(phoneKeyOf).filter((key) => key !== null));
    if (keys.size === 0) return new Map();
    const numberByForm = new Map(
      [...numbers].flatMap((number) => writtenForms(number).map((form) => [form, number])),
    );
    const { customers, choices } = await manager
      .withRepository(this.customers)
      .findByPhoneKeys([...keys], [...numbers]);
    const byNumber = new Map<string, Map<number, CustomerMatch>>();
    for (const { mobile, source, ...match } of customers) {
      const fields = [match.phone, mobile, source].filter((field) => field !== null);
      for (const number of fields.flatMap((field) => numbersOf(field, numberByForm))) {
        if (!numbers.has(number)) continue;
        const matches = byNumber.get(number) ?? new Map<number, CustomerMatch>();
        byNumber.set(number, matches.set(match.id, match));
      }
    }
    const chosenNumbers = [...choices].flatMap(([number, { customerId }]) =>
      customerId === null ? [number] : [],
    );
    return new Map(
      [...new Set([...byNumber.keys(), ...chosenNumbers])].map((number) => [
        number,
        matchesOfNumber([...(byNumber.get(number)?.values() ?? [])], choices.get(number)),
      ]),
    );
  }

  /**
   * The numbers in `phone`, `mobile` and `source` of this customer, in that order, E.164.
   * @returns null: there is no such customer
   */
  async numbersOf(id: number): Promise<string[] | null> {
    const customer = await this.readNumbers(this.customers.manager, id);
    return customer && numbersHeldBy(customer);
  }

  /** Name, and the number that is dialled, E.164, of these customers; of who is not there, nothing. */
  async contactsOf(ids: readonly number[]): Promise<ReadonlyMap<number, CustomerContact>> {
    if (ids.length === 0) return new Map();
    const found = await this.customers.find({
      select: { id: true, name: true, phone: true, mobile: true, source: true },
      where: { id: In([...new Set(ids)]) },
    });
    return new Map(
      found.map((customer) => [
        customer.id,
        { name: customer.name, number: numbersHeldBy(customer)[0] ?? null },
      ]),
    );
  }

  /** Whether `phone`, `mobile` or `source` of this customer holds this number. @param e164 E.164 */
  async hasNumber(manager: EntityManager, id: number, e164: string): Promise<boolean> {
    const customer = await this.readNumbers(manager, id);
    return customer !== null && numbersHeldBy(customer).includes(e164);
  }

  /** Whether this customer is found by this number, see {@link matchesOf}. @param e164 E.164 */
  async isMatch(manager: EntityManager, id: number, e164: string): Promise<boolean> {
    const customer = await this.readNumbers(manager, id);
    return customer !== null && !customer.isDeleted && numbersHeldBy(customer).includes(e164);
  }

  private readNumbers(manager: EntityManager, id: number): Promise<Customer | null> {
    return manager.withRepository(this.customers).findOne({
      select: { id: true, phone: true, mobile: true, source: true, isDeleted: true },
      where: { id },
    });
  }
}

/** E.164, in the order of the fields. */
function numbersHeldBy({ phone, mobile, source }: Customer): string[] {
  return [phone, mobile, source].flatMap((field) => (field === null ? [] : numbersIn(field)));
}

function matchesOfNumber(found: readonly CustomerMatch[], choice: FoundChoice | undefined): NumberMatches {
  const oldest = [...found].sort((a, b) => a.id - b.id);
  const chosen = chosenOf(oldest, choice);
  return {
    customers: oldest.filter((match, index) => index < MOST_PER_KEY || match === chosen),
    chosen,
  };
}

/** A choice of none of them lapses with a customer whom the CRM has added since: nobody was asked about that one. */
function chosenOf(found: readonly CustomerMatch[], choice: FoundChoice | undefined): NumberMatches['chosen'] {
  if (choice === undefined) return undefined;
  const { customerId, newestCustomerId: newest } = choice;
  if (customerId !== null) return found.find(({ id }) => id === customerId);
  return newest !== null && found.some(({ id }) => id > newest) ? undefined : null;
}

/**
 * E.164 of every number in a field.
 * @param numberByForm E.164 by usual written forms. Most fields match one of them, which avoids parsing the field
 */
function numbersOf(field: string, numberByForm: ReadonlyMap<string, string>): string[] {
  const known = numberByForm.get(field.replaceAll(/[ -]/g, ''));
  return known === undefined ? numbersIn(field) : [known];
}
