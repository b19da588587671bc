import { Client } from 'pg';
import { dialable } from '../../src/common/dial-policy.js';
import { agentOf, callIdOf, customerOf, extensionOf, numberOf, sql } from '../bench/population.js';
import { createEmptyDatabase } from '../support/database.js';

const CALLS = [0, 1, 6, 7, 49_999, 50_000, 123_456, 499_999, 500_001, 61_100_427];

describe('the population of the bench', () => {
  it('is the same in the seeded rows as in the load', async () => {
    const database = await createEmptyDatabase();
    const client = new Client({ connectionString: database.url });
    await client.connect();
    const { rows } = await client.query(
      `SELECT ${sql.callIdOf('n')} AS call, ${sql.customerOf('n')} AS customer,
              ${sql.numberOf(sql.customerOf('n'))} AS number, ${sql.agentOf('n')} AS agent,
              ${sql.extensionOf(sql.agentOf('n'))} AS extension
         FROM unnest($1::integer[]) AS n`,
      [CALLS],
    );
    await client.end();
    await database.drop();
    expect(rows).toEqual(
      CALLS.map((n) => ({
        call: callIdOf(n),
        customer: customerOf(n),
        number: numberOf(customerOf(n)),
        agent: agentOf(n),
        extension: extensionOf(agentOf(n)),
      })),
    );
  });

  it('has as many numbers as customers, and all of them can be dialled', () => {
    const customers = Array.from({ length: 50_000 }, (_, n) => customerOf(n));
    const numbers = new Set(customers.map(numberOf));
    expect(numbers.size).toBe(50_000);
    for (const number of [...numbers].slice(0, 500)) expect(dialable(number, ['BD']).national).toBe(number);
  });
});
