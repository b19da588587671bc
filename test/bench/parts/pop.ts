import { DataSource } from 'typeorm';
import { e164Of } from '../../../src/common/phone-number.js';
import { Clock } from '../../../src/common/time/clock.js';
import { loadConfiguration } from '../../../src/config/configuration.js';
import { dataSourceOptions } from '../../../src/database/data-source.js';
import { Customer } from '../../../src/modules/crm/customers/customer.entity.js';
import { CustomerRepository } from '../../../src/modules/crm/customers/customer.repository.js';
import { CustomersService } from '../../../src/modules/crm/customers/customers.service.js';
import { PopSources } from '../../../src/modules/crm/screen-pop/pop-sources.service.js';
import { ScreenPopRepository } from '../../../src/modules/crm/screen-pop/screen-pop.repository.js';
import { ScreenPopService } from '../../../src/modules/crm/screen-pop/screen-pop.service.js';
import { numberOfCustomer } from '../../support/many-rows.js';
import { SPECIAL_NUMBERS } from '../seed-orders.js';
import { quantile, type Ratio, table } from '../table.js';
import { type Measure, spreadOf } from './part.js';

const MOST_CUSTOMERS = 1_000_000;
/** Of each case in each round. */
const ANSWERS = 200;
/** PostgreSQL reads pages from disk, and connections plan their statements. */
const WARM_UP = 50;
/** A prime, so that customers of all formats and from everywhere in the table are asked for. */
const STEP = 7_919;

/** A question: a number, and how many customers have it. */
interface Case {
  readonly name: string;
  readonly numberAt: (n: number) => string;
  readonly matchCount: number;
}

/** The service's own classes on one connection with its settings: from its BEGIN to its COMMIT. */
export const measurePop: Measure = async ({ databases, signal, print }, { rows, rounds }) => {
  const customers = Math.min(rows, MOST_CUSTOMERS);
  print(`Writing ${customers.toLocaleString('en-US')} customers and their orders…`);
  const url = await databases.createWithOrders(customers, signal);
  const db = new DataSource(
    dataSourceOptions({
      url,
      poolSize: 2,
      statementTimeoutMs: 10_000,
      legacyTimeZone: 'Asia/Dhaka',
      isService: true,
    }),
  );
  await db.initialize();
  try {
    const pop = await popOn(db);
    const cases = casesOf(customers);
    for (const each of cases) await timesOf(pop, each, WARM_UP, signal);
    const measured = cases.map(({ name }) => ({ name, rounds: [] as number[][] }));
    for (let round = 0; round < rounds; round += 1) {
      for (const [index, each] of cases.entries()) {
        measured[index]?.rounds.push(await timesOf(pop, each, ANSWERS, signal));
      }
    }
    const figure = (of: readonly number[][], share: number): Ratio =>
      spreadOf(of.map((times) => quantile(times, share)));
    const slowest = measured
      .map(({ rounds: all }) => figure(all, 0.95))
      .reduce((worst, other) => (other.median > worst.median ? other : worst));
    return {
      text: table([
        ['median of the rounds, ms', 'p50', 'p95', 'highest of all'],
        ...measured.map(({ name, rounds: all }) => [
          name,
          figure(all, 0.5).median.toFixed(1),
          figure(all, 0.95).median.toFixed(1),
          figure(all, 1).highest.toFixed(1),
        ]),
      ]),
      findings: [{ bound: 'pop', figure: slowest, isTooSmall: customers < MOST_CUSTOMERS }],
    };
  } finally {
    await db.destroy();
  }
};

async function popOn(db: DataSource): Promise<ScreenPopService> {
  const repository = new ScreenPopRepository(db);
  const sources = new PopSources(repository, new Clock());
  await sources.refresh();
  const customers = new CustomersService(new CustomerRepository(Customer, db.manager));
  const { telephony } = loadConfiguration({ NODE_ENV: 'test' });
  return new ScreenPopService(db, customers, sources, repository, telephony);
}

function casesOf(customers: number): Case[] {
  const { regular, shared, dummy, unknown } = SPECIAL_NUMBERS;
  return [
    {
      name: 'one customer, 8 formats',
      numberAt: (n) => numberOfCustomer(customerAt(n, customers)),
      matchCount: 1,
    },
    { name: '200 orders', numberAt: () => regular, matchCount: 1 },
    { name: 'two customers', numberAt: () => shared, matchCount: 2 },
    { name: 'a number of 5,001 records', numberAt: () => dummy, matchCount: 20 },
    { name: 'unknown', numberAt: () => unknown, matchCount: 0 },
  ];
}

/** The nth customer to ask for, none of the deleted. */
function customerAt(n: number, customers: number): number {
  const id = 1 + ((n * STEP) % customers);
  return id % 50 === 10 ? id + 1 : id;
}

/** @throws {Error} when an answer is not what it should be: its time would say nothing */
async function timesOf(
  pop: ScreenPopService,
  each: Case,
  answers: number,
  signal: AbortSignal,
): Promise<number[]> {
  const times: number[] = [];
  for (let n = 0; n < answers; n += 1) {
    signal.throwIfAborted();
    const number = e164Of(each.numberAt(n));
    const since = performance.now();
    const { matchCount, leftOut } = await pop.ofCall({ id: 1, version: n, customerNumberE164: number });
    times.push(performance.now() - since);
    if (matchCount !== each.matchCount || leftOut.length > 0) {
      throw new Error(`${each.name}: ${matchCount} matches, without ${JSON.stringify(leftOut)}`);
    }
  }
  return times;
}
