import { Client } from 'pg';
import { PopSources } from '../../src/modules/crm/screen-pop/pop-sources.service.js';
import { ScreenPopService } from '../../src/modules/crm/screen-pop/screen-pop.service.js';
import { CallerFactsService } from '../../src/modules/crm/customers/caller-facts.service.js';
import { e164Of } from '../../src/common/phone-number.js';
import { TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { numberOfCustomer } from '../support/many-rows.js';
import { scansOf, statementsDuring } from '../support/plans.js';
import { orderStatements, SPECIAL_NUMBERS } from '../bench/seed-orders.js';

const CUSTOMERS = 50_000;

/** More rows than a screen-pop reads of one table in one step: two hundred orders, and some. */
const MOST_ROWS = 300;

describe('on fifty thousand customers and a hundred thousand orders', () => {
  let database: TestDatabase;
  let app: TestApp;

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await TestApp.start(database);
    // Connections of the service have a statement timeout.
    const client = new Client({ connectionString: database.url });
    await client.connect();
    for (const statement of orderStatements(CUSTOMERS)) await client.query(statement);
    await client.end();
    await app.nest.get(PopSources).refresh();
  }, 120_000);
  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  it.each([
    ['a customer', numberOfCustomer(40_006), 1],
    ['a customer with two hundred orders', SPECIAL_NUMBERS.regular, 1],
    ['two customers', SPECIAL_NUMBERS.shared, 2],
    ['thousands who share a number', SPECIAL_NUMBERS.dummy, 20],
    ['nobody who is known', SPECIAL_NUMBERS.unknown, 0],
  ])('the screen-pop of %s reads each table by an index, and few rows', async (_who, number, matchCount) => {
    const e164 = e164Of(number) ?? '';
    const statements = await statementsDuring([app.db], async () => {
      const call = { id: 1, version: 1, customerNumberE164: e164 };
      const answer = await app.nest.get(ScreenPopService).ofCall(call);
      expect(answer).toMatchObject({ matchCount, leftOut: [] });
      const facts = await app.nest.get(CallerFactsService).forNumbers([e164]);
      expect(facts.get(e164)?.matchCount).toBe(matchCount);
    });
    const scans = await scansOf(app.db, statements);
    expect(new Set(scans.map(({ table }) => table))).toEqual(
      new Set([
        'customers',
        'telephony_caller_choices',
        'sales_orders',
        'order_items',
        'sales_order_items',
        'customer_tiers',
        'fraud_checks',
        'incomplete_orders',
        'crm_call_tasks',
        'telephony_calls',
      ]),
    );
    expect(scans.filter(({ selective, rowsRead }) => !selective || rowsRead > MOST_ROWS)).toEqual([]);
  });
});
