import { jest } from '@jest/globals';
import { Client } from 'pg';
import { PopSources } from '../../src/modules/crm/screen-pop/pop-sources.service.js';
import { POP_PARTS } from '../../src/modules/crm/screen-pop/pop-parts.js';
import { MOST_ORDERS } from '../../src/modules/crm/screen-pop/pop-statement.js';
import { ScreenPopRepository } from '../../src/modules/crm/screen-pop/screen-pop.repository.js';
import { POP_LIMIT_MS, ScreenPopService } from '../../src/modules/crm/screen-pop/screen-pop.service.js';
import { CallerFactsService } from '../../src/modules/crm/customers/caller-facts.service.js';
import { TestApp } from '../support/app.js';
import { missed, NUMBER } from '../support/call-tasks.js';
import { createCrmTables, CRM_TABLE_NAMES, insertRow } from '../support/crm-tables.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

const E164 = '+8801712345678';

/** How much longer than the limit an answer may take on a busy machine. */
const MARGIN_MS = 700;

type Table = Parameters<typeof insertRow>[1];

describe('the screen-pop on the CRM’s database', () => {
  let database: TestDatabase;
  let app: TestApp;
  let other: Client;

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await TestApp.start(database);
    await createCrmTables(app.db);
    await app.nest.get(PopSources).refresh();
    other = new Client({ connectionString: database.url });
    await other.connect();
  });
  afterAll(async () => {
    await other.end();
    await app.close();
    await database.drop();
  });
  beforeEach(async () => {
    await app.clear();
    await app.db.query(`TRUNCATE ${CRM_TABLE_NAMES.join(', ')} RESTART IDENTITY`);
  });
  afterEach(() => jest.restoreAllMocks());

  const add = (table: Table, columns: object): Promise<number> => insertRow(app.db, table, columns);

  async function call(from: string = NUMBER): Promise<number> {
    await app.webhook('call-missed', missed(5, { from }));
    return (await app.calls()).at(-1)?.id ?? 0;
  }

  async function pop(id?: number) {
    const { status, body } = await app.get(`/api/telephony/calls/${id ?? (await call())}/pop`);
    expect(status).toBe(200);
    return body;
  }

  async function timed<T>(work: () => Promise<T>): Promise<[T, number]> {
    const begun = performance.now();
    return [await work(), performance.now() - begun];
  }

  it('has the last five orders with items and courier, the counts, and what is due on delivery', async () => {
    const id = await add('customers', { name: 'Rahim', phone: NUMBER });
    const statuses = [
      'delivered',
      'completed',
      'partial_delivered',
      'returned',
      'cancelled',
      'admin_cancelled',
      'shipped',
      'pending',
    ];
    for (const [index, status] of statuses.entries()) {
      await add('sales_orders', {
        sales_order_number: `SO-${index + 1}`,
        customer_id: id,
        status,
        total_amount: '1000.50',
        cod_amount: 10 * (index + 1),
        courier_company: 'pathao',
        tracking_id: `T-${index + 1}`,
        courier_status: 'in_transit',
        created_at: `2026-01-0${index + 1} 11:30:00`,
      });
    }
    await add('order_items', { order_id: 8, product_name: 'Oil', quantity: 2 });
    await add('order_items', {
      order_id: 8,
      product_name: 'Gift',
      custom_product_name: 'Red box',
      quantity: 1,
    });
    await add('sales_order_items', { sales_order_id: 8, product_name: 'Not this one', quantity: 9 });
    await add('sales_order_items', { sales_order_id: 7, product_name: 'Rice', quantity: '1.50' });
    const { customer, matches, leftOut } = await pop();
    expect(leftOut).toEqual([]);
    expect(matches).toMatchObject([
      {
        id,
        orders: 8,
        openOrders: 2,
        lastOrder: {
          number: 'SO-8',
          status: 'pending',
          total: 1000.5,
          createdAt: '2026-01-08T05:30:00.000Z',
        },
      },
    ]);
    const { last, ...counts } = customer.orderHistory;
    expect(counts).toEqual({ count: 8, open: 2, delivered: 3, returned: 1, codDue: 150 });
    expect(last.map(({ number }: { number: string }) => number)).toEqual([
      'SO-8',
      'SO-7',
      'SO-6',
      'SO-5',
      'SO-4',
    ]);
    expect(last.slice(0, 3)).toEqual([
      {
        id: 8,
        number: 'SO-8',
        status: 'pending',
        total: 1000.5,
        codAmount: 80,
        courier: 'pathao',
        trackingId: 'T-8',
        courierStatus: 'in_transit',
        createdAt: '2026-01-08T05:30:00.000Z',
        items: [
          { product: 'Oil', quantity: 2 },
          { product: 'Red box', quantity: 1 },
        ],
      },
      expect.objectContaining({ number: 'SO-7', items: [{ product: 'Rice', quantity: 1.5 }] }),
      expect.objectContaining({ number: 'SO-6', items: [] }),
    ]);
  });

  it('ranks several: open orders, any orders, the newest order, the last contact, the lowest id', async () => {
    const ids = new Map<string, number>();
    for (const name of ['second without', 'contacted', 'older order', 'newer order', 'open order']) {
      ids.set(name, await add('customers', { name, phone: NUMBER }));
    }
    await app.db.query(
      `UPDATE customers SET last_contact_date = '2026-01-01 10:00:00' WHERE name = 'contacted'`,
    );
    const order = (name: string, status: string, day: number): Promise<number> =>
      add('sales_orders', {
        sales_order_number: name,
        customer_id: ids.get(name),
        status,
        created_at: `2025-12-${day} 10:00:00`,
      });
    await order('open order', 'hold', 10);
    await order('newer order', 'delivered', 30);
    await order('older order', 'delivered', 20);
    const { matches, customer } = await pop();
    expect(matches.map(({ name }: { name: string }) => name)).toEqual([
      'open order',
      'newer order',
      'older order',
      'contacted',
      'second without',
    ]);
    expect(customer).toBeNull();
  });

  it.each([
    [{ customer_type: 'blacklist' }, null, { isBlacklisted: true, isVip: false }],
    [{ status: 'blacklist', customer_type: 'vip' }, null, { isBlacklisted: true, isVip: true }],
    [{ status: 'active' }, { tier: 'Blacklist' }, { isBlacklisted: true, isVip: false }],
    [{ status: 'active' }, { tier: 'blacklist', is_active: false }, { isBlacklisted: false, isVip: false }],
    [{ status: 'vip' }, { tier: 'gold' }, { isBlacklisted: false, isVip: true }],
    [{}, { tier: 'vip' }, { isBlacklisted: false, isVip: true }],
  ])('marks a customer with %j and the tier %j as %j', async (columns, tier, badges) => {
    const id = await add('customers', { name: 'Rahim', phone: NUMBER, ...columns });
    if (tier !== null) await add('customer_tiers', { customer_id: id, ...tier });
    const { matches, customer } = await pop();
    expect(matches).toMatchObject([badges]);
    expect(customer).toMatchObject(badges);
  });

  it.each(['01712345678', '+8801712345678', '8801712345678', '01712-345678', '+88 01712 345678'])(
    'has the orders of guests who gave the number as %s',
    async (written) => {
      const guest = { sales_order_number: 'G-1', customer_phone: written, created_at: '2026-01-01 12:00:00' };
      const id = await add('sales_orders', { ...guest, status: 'confirmed', cod_amount: 700 });
      await add('order_items', { order_id: id, product_name: 'Honey', quantity: 1 });
      await add('sales_orders', { ...guest, sales_order_number: 'G-2', customer_phone: '01812345678' });
      await add('sales_orders', { ...guest, sales_order_number: 'G-3', customer_id: 99 });
      expect(await pop()).toMatchObject({
        matchCount: 0,
        guestOrders: {
          count: 1,
          open: 1,
          codDue: 700,
          last: [
            {
              number: 'G-1',
              createdAt: '2026-01-01T06:00:00.000Z',
              items: [{ product: 'Honey', quantity: 1 }],
            },
          ],
        },
      });
    },
  );

  it('has the open tasks of the number and of the customer, the latest check, and the cart left behind', async () => {
    const id = await add('customers', { name: 'Rahim', phone: NUMBER });
    const task = { priority: 'warm', task_date: '2026-01-03' };
    await add('crm_call_tasks', { ...task, customer_id: `88${NUMBER}`, call_reason: 'by number' });
    await add('crm_call_tasks', {
      ...task,
      customer_id: String(id),
      call_reason: 'by id',
      status: 'in_progress',
    });
    await add('crm_call_tasks', {
      ...task,
      customer_id: String(id),
      call_reason: 'done',
      status: 'completed',
    });
    await add('crm_call_tasks', { ...task, customer_id: String(id + 1), call_reason: 'of another' });
    const check = { phone_number: NUMBER, total_parcels: 27, total_delivered: 22, total_canceled: 5 };
    await add('fraud_checks', { ...check, risk_level: 'low', created_at: '2025-12-01T10:00:00Z' });
    await add('fraud_checks', {
      ...check,
      phone_number: E164,
      risk_level: 'medium',
      cancellation_rate: 18.5,
      created_at: '2026-01-01T10:00:00Z',
    });
    const cart = { phone: NUMBER, total_amount: 990, created_at: '2026-01-02 12:00:00' };
    await add('incomplete_orders', cart);
    await add('incomplete_orders', { ...cart, created_at: '2026-01-03 12:00:00', converted_to_order: true });
    await add('incomplete_orders', { ...cart, created_at: '2026-01-03 13:00:00', recovered: true });
    const answer = await pop();
    expect(answer.tasks.map(({ callReason }: { callReason: string }) => callReason)).toEqual([
      'missed_call',
      'by id',
      'by number',
    ]);
    expect(answer).toMatchObject({
      risk: {
        level: 'medium',
        cancellationRate: 18.5,
        parcels: 27,
        delivered: 22,
        cancelled: 5,
        checkedAt: '2026-01-01T10:00:00.000Z',
      },
      cart: { total: 990, createdAt: '2026-01-02T06:00:00.000Z' },
    });
  });

  it('counts the newest orders of a customer who has more than are read', async () => {
    const id = await add('customers', { name: 'Counter sales', phone: NUMBER });
    await app.db.query(
      `INSERT INTO sales_orders (sales_order_number, customer_id, status, created_at)
       SELECT 'SO-' || n, $1, 'delivered', timestamp '2026-01-01' - n * interval '1 h'
         FROM generate_series(1, ${MOST_ORDERS + 50}) AS n`,
      [id],
    );
    const { customer } = await pop();
    expect(customer.orderHistory).toMatchObject({ count: MOST_ORDERS, delivered: MOST_ORDERS });
    expect(customer.orderHistory.last[0].number).toBe('SO-1');
  });

  it('reads once for several who ask at once', async () => {
    const id = await call();
    const read = jest.spyOn(app.nest.get(ScreenPopRepository), 'read');
    const service = app.nest.get(ScreenPopService);
    const asked = { id, version: 1, customerNumberE164: E164 };
    const [first, ...others] = await Promise.all([1, 2, 3].map(() => service.ofCall(asked)));
    expect(others).toEqual([first, first]);
    expect(read).toHaveBeenCalledTimes(1);
    await Promise.all([service.ofCall(asked), service.ofCall({ ...asked, version: 2 })]);
    expect(read).toHaveBeenCalledTimes(3);
  });

  it('answers without what the database does not give in time, and says so', async () => {
    await add('customers', { name: 'Rahim', phone: NUMBER });
    const id = await call();
    await other.query('BEGIN; LOCK TABLE customers IN ACCESS EXCLUSIVE MODE');
    try {
      const [answer, took] = await timed(() => pop(id));
      expect(answer).toMatchObject({ number: E164, matchCount: 0, matches: [], customer: null });
      expect(answer.leftOut).toEqual(POP_PARTS.map((part) => ({ part, why: 'late' })));
      expect(took).toBeLessThan(POP_LIMIT_MS + MARGIN_MS);
      const [facts, factsTook] = await timed(() => app.nest.get(CallerFactsService).forNumbers([E164]));
      expect(facts.get(E164)).toEqual({ customer: null, matchCount: null });
      expect(factsTook).toBeLessThan(POP_LIMIT_MS + MARGIN_MS);
    } finally {
      await other.query('ROLLBACK');
    }
    expect(await pop(id)).toMatchObject({ matchCount: 1, leftOut: [] });
  });

  it('answers in time when no connection is free', async () => {
    const id = await call();
    const { poolSize = 0 } = app.db.options;
    const runners = Array.from({ length: poolSize - 1 }, () => app.db.createQueryRunner());
    await Promise.all(runners.map((runner) => runner.connect()));
    // The last connection serves the question whose call it is, and is taken when the pop asks for one.
    const last = app.db.createQueryRunner();
    const sources = app.nest.get(PopSources);
    jest.spyOn(sources, 'current').mockImplementationOnce(() => {
      void last.connect();
      return sources.current();
    });
    const [answer, took] = await timed(() => pop(id));
    await Promise.all([...runners, last].map((runner) => runner.release()));
    expect(answer.leftOut).toEqual(POP_PARTS.map((part) => ({ part, why: 'late' })));
    expect(took).toBeLessThan(POP_LIMIT_MS + MARGIN_MS);
    expect(await pop(id)).toMatchObject({ leftOut: [] });
  });

  it('leaves everything out when the statement fails, and then what the database has lost', async () => {
    const id = await call();
    const sources = app.nest.get(PopSources);
    await app.db.query('ALTER TABLE customer_tiers RENAME TO former_tiers');
    try {
      expect((await pop(id)).leftOut).toEqual(POP_PARTS.map((part) => ({ part, why: 'failed' })));
      await sources.refresh();
      expect(await pop(id)).toMatchObject({ leftOut: [{ part: 'tier', why: 'absent' }] });
    } finally {
      await app.db.query('ALTER TABLE former_tiers RENAME TO customer_tiers');
      await sources.refresh();
    }
    expect(await pop(id)).toMatchObject({ leftOut: [] });
  });

  it.each([
    [
      'ALTER TABLE sales_orders RENAME COLUMN courier_company TO courier',
      [],
      'ALTER TABLE sales_orders RENAME COLUMN courier TO courier_company',
    ],
    [
      'DROP INDEX idx_order_items_order_id',
      [{ part: 'items', why: 'no_index' }],
      'CREATE INDEX idx_order_items_order_id ON order_items (order_id)',
    ],
    [
      'ALTER TABLE fraud_checks RENAME COLUMN risk_level TO level',
      [{ part: 'risk', why: 'absent' }],
      'ALTER TABLE fraud_checks RENAME COLUMN level TO risk_level',
    ],
    [
      'ALTER TABLE customers RENAME COLUMN district TO zone',
      [],
      'ALTER TABLE customers RENAME COLUMN zone TO district',
    ],
  ])('after %s leaves out %j', async (change, leftOut, undo) => {
    const id = await add('customers', { name: 'Rahim', phone: NUMBER, district: 'Cumilla' });
    await add('sales_orders', { sales_order_number: 'SO-1', customer_id: id, courier_company: 'pathao' });
    const sources = app.nest.get(PopSources);
    const callId = await call();
    await app.db.query(change);
    try {
      await sources.refresh();
      expect(await pop(callId)).toMatchObject({ leftOut, customer: { id, orderHistory: { count: 1 } } });
    } finally {
      await app.db.query(undo);
      await sources.refresh();
    }
  });
});
