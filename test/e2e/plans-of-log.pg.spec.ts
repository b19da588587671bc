import { Client } from 'pg';
import { MOST_EXAMINED } from '../../src/modules/telephony/calls/log/call-filters.service.js';
import { AGENT_201, SUPERVISOR, TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { fillTables, numberOfCustomer } from '../support/many-rows.js';
import { scansOf, statementsDuring } from '../support/plans.js';

/** More rows than a page of a filter with an index of its own reads, its count included. */
const MOST_ROWS = 12_000;

/** The end of what is examined, the page and the count each read it at most once, and a page its rows. */
const MOST_UNINDEXED = 3 * MOST_EXAMINED + MOST_ROWS;

const CUSTOMER = 50_020;

/** One in forty. */
const CALLS_AT_201 = 2_500;

/** On a connection without the service's statement timeout. */
async function runSlowly(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
    await client.query('VACUUM ANALYZE telephony_calls');
  } finally {
    await client.end();
  }
}

describe('on a hundred thousand calls, the call log reads no whole table', () => {
  let database: TestDatabase;
  let app: TestApp;

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await TestApp.start(database);
    await fillTables(database.url);
    await runSlowly(
      database.url,
      `UPDATE telephony_calls
         SET queue_name = 'queue-' || id % 20, trunk_name = 'trunk-' || id % 4, end_reason = 'hangup', wait_seconds = id % 90,
             recording_url = CASE WHEN id % 3 = 0 THEN 'https://pbx.example/' || id END,
             task_id = CASE WHEN id % 1000 = 7 THEN id END,
             disposition = CASE WHEN id % 5000 = 3 THEN 'busy' ELSE disposition END`,
    );
  }, 240_000);
  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  async function rowsReadBy(query: string, who = SUPERVISOR): Promise<number> {
    let found = 0;
    const statements = await statementsDuring([app.db], async () => {
      const { status, body } = await app.get(`/api/telephony/calls?${query}`, who);
      expect(status).toBe(200);
      found = body.items.length;
    });
    const scans = await scansOf(app.db, statements);
    expect(scans.filter(({ kind, parallel }) => kind === 'Seq Scan' || parallel)).toEqual([]);
    expect(found).toBeGreaterThan(0);
    return scans.reduce((sum, { rowsRead }) => sum + rowsRead, 0);
  }

  it.each([
    `customerPhone=${numberOfCustomer(CUSTOMER)}`,
    `customerId=${CUSTOMER}`,
    'externalCallId=BN-OLD-4711',
    'taskId=1007',
    'disposition=busy',
    'disposition=busy&direction=inbound&hour=0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23',
    `customerPhone=${numberOfCustomer(CUSTOMER)}&direction=inbound,outbound&minWait=0`,
  ])('but few rows for %s', async (query) => {
    expect(await rowsReadBy(query)).toBeLessThanOrEqual(200);
  });

  it.each([
    'queueName=queue-3',
    'queueName=queue-3,queue-4&disposition=completed,missed',
    'extension=207',
    'agentUserId=7',
    'agentUserId=7&extension=207',
    'queueName=queue-3&trunkName=trunk-3',
  ])('but the rows of an index for %s, of which a page and its count need no more', async (query) => {
    expect(await rowsReadBy(query)).toBeLessThanOrEqual(3 * 7_000 + MOST_ROWS);
  });

  it.each([
    'trunkName=trunk-1&limit=1',
    'status=failed',
    'status=missed',
    'direction=inbound',
    'direction=inbound&status=failed',
    'hasRecording=true',
    'endReason=hangup',
    'minDuration=30&maxDuration=90',
    'minWait=20&maxWait=60',
    'figure=lost',
    'figure=answered&hour=9&weekday=5',
    'customerPhone=0020',
    'missedUnanswered=false',
    'crmCallId=CRM-99998',
  ])('but so many of the newest for %s', async (query) => {
    expect(await rowsReadBy(query)).toBeLessThanOrEqual(MOST_UNINDEXED);
  });

  it('but the calls of an agent, for any filter', async () => {
    for (const query of ['', 'status=completed', 'direction=inbound&hasRecording=true']) {
      expect(await rowsReadBy(query, AGENT_201)).toBeLessThanOrEqual(4 * MOST_ROWS);
    }
  });

  it('but the indexes to count the many calls of an agent: the one that finds most tells the least there are', async () => {
    const { body } = await app.get('/api/telephony/calls?limit=5', AGENT_201);
    expect([body.total, body.totalIsExact, body.items.length]).toEqual([CALLS_AT_201, false, 5]);
  });

  it('but a page, at any depth', async () => {
    let cursor = '';
    for (const at of ['2026-11-01', '2026-06-01', '2026-01-01']) {
      const { body } = await app.get(`/api/telephony/calls?to=${at}&limit=1`, SUPERVISOR);
      cursor = body.nextCursor;
      expect(await rowsReadBy(`cursor=${cursor}`)).toBeLessThanOrEqual(200);
      expect(await rowsReadBy(`cursor=${cursor}&queueName=queue-3`)).toBeLessThanOrEqual(200 + 2 * 5_000);
    }
  });
});
