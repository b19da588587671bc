import { Injectable, Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { readWithin } from '../../../database/batch/limited-read.js';
import { customerOf, CustomersService, type NumberMatches } from './customers.service.js';

/** What is told of a caller when a call rings. */
export interface CallerFacts {
  /** null: nobody is known by this number, several are and nobody has chosen, or the staff chose none of them. */
  readonly customer: {
    readonly id: number;
    readonly name: string;
    readonly phone: string | null;
    readonly email: string | null;
  } | null;
  /** Customers with this number; 20 stands for 20 or more. */
  readonly matchCount: number;
}

/** A ringing call does not wait longer for its customer, in milliseconds. */
const LIMIT_MS = 300;

const UNKNOWN: CallerFacts = { customer: null, matchCount: 0 };

/** Who calls, as far as one statement tells. */
@Injectable()
export class CallerFactsService {
  private readonly logger = new Logger(CallerFactsService.name);

  constructor(
    private readonly dataSource: DataSource,
    private readonly customers: CustomersService,
  ) {}

  /**
   * Never throws: without an answer of the database within 300 ms, the callers are unknown.
   * @param numbers E.164
   * @returns an entry for each of the numbers
   */
  async forNumbers(numbers: Iterable<string>): Promise<ReadonlyMap<string, CallerFacts>> {
    const wanted = new Set(numbers);
    const matches = wanted.size === 0 ? new Map<string, NumberMatches>() : await this.matchesOf(wanted);
    return new Map([...wanted].map((number) => [number, factsOf(matches.get(number))]));
  }

  private async matchesOf(numbers: ReadonlySet<string>): Promise<ReadonlyMap<string, NumberMatches>> {
    try {
      const read = await readWithin(this.dataSource, LIMIT_MS, (manager) =>
        this.customers.matchesOf(manager, numbers),
      );
      if (!read.isLate) return read.value;
      this.logger.warn(`The customers of a call were not found within ${LIMIT_MS} ms: it is shown without`);
    } catch (error) {
      this.logger.error('The customers of a call could not be looked up: it is shown without', error);
    }
    return new Map();
  }
}

function factsOf(matches: NumberMatches | undefined): CallerFacts {
  if (matches === undefined) return UNKNOWN;
  const customer = customerOf(matches);
  return {
    customer: customer && {
      id: customer.id,
      name: customer.name,
      phone: customer.phone,
      email: customer.email,
    },
    matchCount: matches.customers.length,
  };
}
