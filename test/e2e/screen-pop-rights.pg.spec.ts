import { migrate } from '../../src/database/migrator.js';
import { PopSources } from '../../src/modules/crm/screen-pop/pop-sources.service.js';
import { TestApp } from '../support/app.js';
import { missed, NUMBER } from '../support/call-tasks.js';
import { CRM_TABLES } from '../support/crm-tables.js';
import { settingsFor } from '../support/database-pool/settings.js';
import { PostgresCluster } from '../support/postgres-cluster.js';

const PASSWORD = 'only for this test';
const DATABASE = 'trustcart';

/** What docs/database.md asks for a role that only serves. */
const SERVING = [
  'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO telephony',
  'GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO telephony',
];

describe('the screen-pop of a role that may read some of the CRM’s tables', () => {
  let cluster: PostgresCluster;
  let app: TestApp;

  const asOwner = (statement: string): Promise<unknown> =>
    cluster.withClient(DATABASE, (client) => client.query(statement));

  beforeAll(async () => {
    cluster = await PostgresCluster.create({ fsync: 'off' });
    await cluster.withClient('postgres', async (client) => {
      await client.query(`CREATE ROLE telephony LOGIN PASSWORD '${PASSWORD}'`);
      await client.query(`CREATE DATABASE ${DATABASE}`);
    });
    await migrate(settingsFor(cluster.urlOf(DATABASE), 'postgres'), () => undefined);
    for (const statement of [...SERVING, ...CRM_TABLES]) await asOwner(statement);
    await asOwner(`
      INSERT INTO customers (name, phone) VALUES ('Rahim', '${NUMBER}');
      INSERT INTO customer_tiers (customer_id, tier) VALUES (1, 'vip');
      INSERT INTO sales_orders (sales_order_number, customer_id, status) VALUES ('SO-1', 1, 'pending');
      INSERT INTO fraud_checks (phone_number, risk_level) VALUES ('${NUMBER}', 'high')`);
    const url = new URL(cluster.urlOf(DATABASE));
    [url.username, url.password] = ['telephony', PASSWORD];
    app = await TestApp.start({
      url: url.href,
      kind: 'postgres',
      settings: settingsFor(url.href, 'postgres'),
      drop: () => Promise.resolve(),
    });
    await app.webhook('call-missed', missed(5));
  });
  afterAll(async () => {
    await app.close();
    await cluster.remove();
  });

  async function popAfter(grant: string) {
    await asOwner(grant);
    await app.nest.get(PopSources).refresh();
    const { status, body } = await app.get(`/api/telephony/calls/${(await app.onlyCall()).id}/pop`);
    expect(status).toBe(200);
    return body;
  }

  const notReadable = (...parts: string[]) => parts.map((part) => ({ part, why: 'not_readable' }));

  it('has what it may read, by table or by column, and says what it may not', async () => {
    const none = await popAfter('SELECT 1');
    expect(none).toMatchObject({
      matchCount: 1,
      customer: { name: 'Rahim', isVip: false, orderHistory: null },
    });
    expect(none.leftOut).toEqual(
      notReadable('orders', 'guestOrders', 'items', 'olderItems', 'tier', 'risk', 'cart'),
    );
    const some = await popAfter(
      'GRANT SELECT ON sales_orders TO telephony; GRANT SELECT (customer_id, tier) ON customer_tiers TO telephony',
    );
    expect(some).toMatchObject({
      customer: { isVip: true, orderHistory: { count: 1, last: [{ number: 'SO-1', items: null }] } },
      risk: null,
      leftOut: notReadable('items', 'olderItems', 'risk', 'cart'),
    });
    const all = await popAfter(
      'GRANT SELECT ON order_items, sales_order_items, fraud_checks, incomplete_orders TO telephony',
    );
    expect(all).toMatchObject({
      customer: { orderHistory: { last: [{ items: [] }] } },
      risk: { level: 'high' },
      leftOut: [],
    });
  });
});
