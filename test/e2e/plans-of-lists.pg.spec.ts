import { AGENT_201, SUPERVISOR, TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { fillTables, numberOfCustomer } from '../support/many-rows.js';
import { type Scan, scansOf, statementsDuring } from '../support/plans.js';
import { MOST_EXAMINED } from '../../src/modules/telephony/calls/log/call-filters.service.js';
import { DEEPEST_ROW, MOST_COUNTED } from '../../src/modules/telephony/calls/log/call-log.service.js';
import { MOST_DUE } from '../../src/modules/crm/call-tasks/call-task.repository.js';

/** More rows than any page has to read. */
const MOST_ROWS = 200;

const CUSTOMER = numberOfCustomer(50_020);
const SHARED_NUMBER = '01799999999';

describe('on a hundred thousand rows in each table, a list reads', () => {
  let database: TestDatabase;
  let app: TestApp;

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await TestApp.start(database);
    await fillTables(database.url);
    await app.db.query(`UPDATE telephony_calls SET status = 'ringing', ended_at = NULL WHERE id % 10000 = 5`);
    await app.db.query(
      `INSERT INTO crm_call_tasks (customer_id, priority, call_reason, status)
       SELECT $1, 'warm', 'missed_call', CASE WHEN n = 7 THEN 'pending' ELSE 'completed' END
         FROM generate_series(1, 5000) AS n`,
      [`${SHARED_NUMBER.slice(0, 5)}-${SHARED_NUMBER.slice(5)}`],
    );
    await app.db.query('VACUUM ANALYZE telephony_calls, crm_call_tasks');
  }, 120_000);
  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  async function scansDuring(work: () => Promise<unknown>): Promise<Scan[]> {
    const scans = await scansOf(app.db, await statementsDuring([app.db], work));
    expect(scans.length).toBeGreaterThan(0);
    expect(scans.filter(({ kind, parallel }) => kind === 'Seq Scan' || parallel)).toEqual([]);
    return scans;
  }

  async function rowsReadBy(path: string, who = SUPERVISOR): Promise<number> {
    const scans = await scansDuring(async () => expect((await app.get(path, who)).status).toBe(200));
    return scans.reduce((sum, { rowsRead }) => sum + rowsRead, 0);
  }

  it.each([
    'status=ringing',
    'status=initiated',
    'status=answered',
    'status=initiated,ringing,answered',
    'status=ringing&direction=inbound',
    'status=ringing&from=2026-01-01',
  ])('only open calls for %s, to count them too', async (query) => {
    expect(await rowsReadBy(`/api/telephony/calls?${query}`)).toBeLessThanOrEqual(MOST_ROWS);
  });

  it('only the calls with an id of the PBX, and only an agent’s open calls', async () => {
    const path = '/api/telephony/calls?externalCallId=BN-OLD-4711';
    expect(await rowsReadBy(path)).toBeLessThanOrEqual(MOST_ROWS);
    expect(await rowsReadBy('/api/telephony/calls?status=ringing', AGENT_201)).toBeLessThanOrEqual(MOST_ROWS);
  });

  it.each([
    ['status=missed', 0.25],
    ['status=failed', 0.5],
    ['status=completed,failed', 1],
    ['direction=inbound', 0.5],
  ])('as many calls for %s as it takes to count ten thousand, not all', async (query, partThatMatches) => {
    // And once more those that are examined, to know whether the number is exact.
    const most = (MOST_COUNTED + MOST_ROWS) / partThatMatches + MOST_EXAMINED;
    expect(await rowsReadBy(`/api/telephony/calls?${query}`)).toBeLessThanOrEqual(most);
  });

  it.each(['', '?status=failed', '?direction=inbound&from=2026-01-01', '?page=3&limit=20'])(
    'only the calls of an agent%s, and none for an agent who has none',
    async (query) => {
      const path = `/api/telephony/calls${query}`;
      expect(await rowsReadBy(path, { userId: 999, role: 'agent', extension: '899' })).toBe(0);
      // One in forty of the calls is the agent's, by each of the four indexes; they are read to be counted, and shown.
      expect(await rowsReadBy(path, AGENT_201)).toBeLessThanOrEqual(2 * 4 * (100_000 / 40));
    },
  );

  it('ten thousand calls for its deepest page', async () => {
    const page = `/api/telephony/calls?status=failed&limit=200&page=${DEEPEST_ROW / 200}`;
    expect(await rowsReadBy(page)).toBeLessThanOrEqual(4 * (DEEPEST_ROW + MOST_ROWS));
  });

  it.each([`customerPhone=${CUSTOMER}`, `customerPhone=${CUSTOMER}&status=pending,in_progress`])(
    'only the tasks of the customer for %s',
    async (query) => {
      expect(await rowsReadBy(`/api/crm/call-tasks?${query}`)).toBeLessThanOrEqual(MOST_ROWS);
    },
  );

  it('only the open tasks of an agent and those of nobody for what is due', async () => {
    await app.db.query('UPDATE crm_call_tasks SET assigned_agent_id = 7 WHERE id % 25000 IN (0, 1)');
    await app.db.query('VACUUM ANALYZE crm_call_tasks');
    const scans = await scansDuring(async () => {
      const { status, body } = await app.get('/api/crm/call-tasks/due');
      expect([status, body.items.length]).toEqual([200, MOST_DUE]);
    });
    const ofTasks = scans.filter(({ table }) => table === 'crm_call_tasks');
    expect(ofTasks.map(({ selective }) => selective)).not.toContain(false);
    // Of the 105,000 tasks 4,001 wait and are of nobody; they are read to find the most urgent.
    expect(ofTasks.reduce((sum, { rowsRead }) => sum + rowsRead, 0)).toBeLessThanOrEqual(4_100);
  });

  it('only the open task among thousands of one number, when the customer is missed or reached', async () => {
    const events = [
      ['call-missed', { event: 'call_missed', from: SHARED_NUMBER, timestamp: '2026-11-25T05:00:00Z' }],
      [
        'call-ended',
        {
          event: 'call_ended',
          bracknet_call_id: 'BN-BACK',
          customer_number: SHARED_NUMBER,
          duration: 60,
          timestamp: '2026-11-25T06:00:00Z',
        },
      ],
    ] as const;
    const scans = await scansDuring(async () => {
      for (const [route, body] of events) expect((await app.webhook(route, body)).status).toBe(200);
    });
    const ofTasks = scans.filter(({ table }) => table === 'crm_call_tasks');
    expect(ofTasks.length).toBeGreaterThan(0);
    expect(ofTasks.filter(({ rowsRead }) => rowsRead > 10)).toEqual([]);
    const path = `/api/crm/call-tasks?customerPhone=${SHARED_NUMBER}&reason=missed_call`;
    expect((await app.get(path, SUPERVISOR)).body).toMatchObject({ total: 5000 });
    const open = await app.get(`${path}&status=pending,in_progress`, SUPERVISOR);
    expect(open.body.items).toEqual([]);
  });
});

describe('among three hundred thousand customers, thousands of whom share one number', () => {
  let database: TestDatabase;
  let app: TestApp;

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await TestApp.start(database, { database: { statementTimeoutMs: 100_000 } });
    await app.db.query(
      `INSERT INTO customers (name, phone, mobile, source)
       SELECT 'Customer ' || n,
              CASE WHEN n % 60 = 0 THEN '01700000000' WHEN n % 2 = 0 THEN number END,
              CASE WHEN n % 3 = 0 THEN '+88' || number END,
              CASE WHEN n % 5 = 0 THEN '+966' || lpad(n::text, 9, '5') ELSE 'facebook' END
         FROM generate_series(1, 300000) AS n, LATERAL (SELECT '018' || lpad(n::text, 8, '0')) AS c (number)`,
    );
    await app.db.query('VACUUM ANALYZE customers');
  }, 180_000);
  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  it.each([
    ['shared by thousands', '01700000000', 60],
    ['in mobile', '01800000003', 3],
    ['in source', '+966555550005', 50_005],
    ['of nobody', '01999999999', null],
  ])(
    'the one with a number %s is found by index, and at most 60 are read',
    async (_what, from, customerId) => {
      const event = { event: 'incoming_call', bracknet_call_id: `BN-${from}`, from, to_extension: '201' };
      const statements = await statementsDuring([app.db], async () => {
        expect((await app.webhook('incoming-call', event)).status).toBe(200);
      });
      const scans = (await scansOf(app.db, statements)).filter(({ table }) => table === 'customers');
      expect(scans.length).toBeGreaterThan(0);
      expect(scans.filter(({ selective, parallel }) => !selective || parallel)).toEqual([]);
      expect(scans.reduce((sum, { rowsRead }) => sum + rowsRead, 0)).toBeLessThanOrEqual(60);
      expect((await app.calls()).at(-1)).toMatchObject({ customerId });
    },
  );

  it('no statement of the service starts parallel workers', async () => {
    const [setting] = await app.db.query('SHOW max_parallel_workers_per_gather');
    expect(setting).toEqual({ max_parallel_workers_per_gather: '0' });
  });
});
