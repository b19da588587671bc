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
  /** Customers with this number; 20 stands for 20 or more. null: not known, the look-up was late or has failed. */
  readonly matchCount: number | null;
}

/** A ringing call does not wait longer for its customer, in milliseconds. */
const LIMIT_MS = 300;

const NOBODY: CallerFacts = { customer: null, matchCount: 0 };
const UNKNOWN: CallerFacts = { customer: null, matchCount: null };

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
    if (wanted.size === 0) return new Map();
    const matches = await this.matchesOf(wanted);
    return new Map(
      [...wanted].map((number) => [number, matches === null ? UNKNOWN : factsOf(matches.get(number))]),
    );
  }

  /** null: the look-up was late or has failed. */
  private async matchesOf(numbers: ReadonlySet<string>): Promise<ReadonlyMap<string, NumberMatches> | null> {
    try {
      const read = await readWithin(this.dataSource, LIMIT_MS, (manager) =>
        this.customers.matchesOf(manager, numbers),
      );
      if (!read.isLate) return read.value;
      this.logger.warn(`The customers of a call were not found within ${LIMIT_MS} ms: it is shown without`);
    } catch (error) {
      this.logger.error('The customers of a call could not be looked up: it is shown without', error);
    }
    return null;
  }
}

function factsOf(matches: NumberMatches | undefined): CallerFacts {
  if (matches === undefined) return NOBODY;
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
