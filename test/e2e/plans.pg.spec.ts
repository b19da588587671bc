import { PreparedStatement } from '../../src/database/batch/prepared-statement.js';
import {
  type Backlog,
  BacklogRepository,
  MAX_COUNTED,
} from '../../src/modules/metrics/backlog/backlog.repository.js';
import { DatabaseGauges } from '../../src/modules/metrics/backlog/database-gauges.js';
import { inTransaction } from '../../src/database/transaction.js';
import { PresenceService } from '../../src/modules/agents/presence/presence.service.js';
import { CallTaskRepository } from '../../src/modules/crm/call-tasks/call-task.repository.js';
import { CallRepository } from '../../src/modules/telephony/calls/call.repository.js';
import { CallTasksService } from '../../src/modules/crm/call-tasks/call-tasks.service.js';
import { LiveCallRepository } from '../../src/modules/realtime/live/live-call.repository.js';
import { RecordingListenRepository } from '../../src/modules/recordings/playback/recording-listen.repository.js';
import { RecordingRepository } from '../../src/modules/recordings/recording.repository.js';
import type { TokenRequest } from '../../src/modules/auth/issue-token.js';
import { MAX_EXAMINED } from '../../src/database/keyset-page.js';
import { AGENT_201, SUPERVISOR, TestApp } from '../support/app.js';
import { answers, closePeersAndClients, KEY, pbxThat } from '../support/bracknet-peer.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { fillTables, numberOfCustomer } from '../support/many-rows.js';
import { type Scan, scansOf, statementsDuring } from '../support/plans.js';
import { type Webhook, webhooksOf } from '../support/webhook-lives.js';

/** More rows than any look-up of the service has to read. */
const MOST_ROWS = 200;

/** Customers with earlier calls: one with a pending missed-call task, and one without. */
const WAITING = numberOfCustomer(50_000);
const CALLER = numberOfCustomer(50_020);

describe('on a hundred thousand rows in each table, no statement reads a whole table', () => {
  let database: TestDatabase;
  let app: TestApp;
  /** In live mode, with a PBX that rejects calls. */
  let refused: TestApp;

  beforeAll(async () => {
    database = await createTestDatabase();
    const pbx = await pbxThat(answers(403, { status: 'error', message: 'no such trunk' }));
    app = await TestApp.start(database);
    refused = await TestApp.start(database, { bracknet: { mode: 'live', baseUrl: pbx.url, apiKey: KEY } });
    await fillTables(database.url);
  }, 120_000);
  afterAll(async () => {
    await app.close();
    await refused.close();
    await closePeersAndClients();
    await database.drop();
  });

  async function deliver(...webhooks: Webhook[]): Promise<void> {
    for (const { route, body } of webhooks) {
      expect((await app.webhook(route, body)).status).toBe(200);
    }
  }

  async function scansDuring(work: () => Promise<unknown>): Promise<Scan[]> {
    const scans = await scansOf(app.db, await statementsDuring([app.db, refused.db], work));
    expect(scans.length).toBeGreaterThan(0);
    return scans;
  }

  /** Every row is found by an index, and few rows are read. */
  async function expectDirectAccess(work: () => Promise<unknown>): Promise<void> {
    const scans = await scansDuring(work);
    expect(scans.filter(({ selective, rowsRead }) => !selective || rowsRead > MOST_ROWS)).toEqual([]);
  }

  it.each([
    ['known', CALLER],
    ['known and waiting for a call back', WAITING],
    ['unknown', '01987654321'],
  ])('for the events of calls of a caller who is %s', async (_who, number) => {
    const call = webhooksOf(`BN-${number}-1`, number);
    const missed = webhooksOf(`BN-${number}-2`, number);
    const group = webhooksOf(`BN-${number}-3`, number);
    const callBack = webhooksOf(`BN-${number}-4`, number);
    await expectDirectAccess(async () => {
      await deliver(call.incoming(0), call.answered(10), call.ended(20, 5), call.recording(5));
      await deliver(call.incoming(0));
      await deliver(missed.missed(125), missed.missed(325), missed.incoming(100));
      await deliver(group.missed(400, '202'), group.incoming(390), group.answered(400), group.ended(410, 8));
      await deliver(callBack.ringing(1000), callBack.answered(1005), callBack.ended(1070, 65));
    });
  });

  it('for a start, alone or with a task and a key, the same click again, hangup and transfer', async () => {
    await expectDirectAccess(async () => {
      const start = { agent_extension: '201', customer_number: numberOfCustomer(4711), crm_call_id: '4711' };
      const key = { 'Idempotency-Key': 'click-1' };
      const { body } = await app.post('/api/call/start', start, AGENT_201, key);
      expect(body).toMatchObject({ status: 'success', crm_task_id: 4711 });
      expect((await app.post('/api/call/start', start, AGENT_201, key)).body).toEqual(body);
      expect((await app.post('/api/call/start', start)).body).toEqual(body);
      const { bracknet_call_id } = body as { bracknet_call_id: string };
      await app.post('/api/call/transfer', { bracknet_call_id, transfer_extension: '301' });
      await app.post('/api/call/hangup', { bracknet_call_id });
    });
  });

  it('for a start by a supervisor for another user', async () => {
    await expectDirectAccess(async () => {
      const start = { agent_extension: '201', agent_id: '8', customer_number: numberOfCustomer(4712) };
      expect((await app.post('/api/call/start', start, SUPERVISOR)).status).toBe(200);
    });
  });

  it('for the overdue tasks of missed customers, and the open tasks of agents', async () => {
    const tasks = app.nest.get(CallTasksService);
    await expectDirectAccess(async () => {
      await tasks.findOverdue(0, 1000);
      await inTransaction(app.db, async (manager) => {
        await tasks.moveToToday(manager, [1, 2]);
        await tasks.countOpenOf(manager, [7, 8]);
        await manager.withRepository(app.nest.get(CallRepository)).tasksMadeFor([1, 2]);
      });
    });
  });

  it('for an assignment of an extension, a claim, and a list of them', async () => {
    const scans = await scansDuring(async () => {
      const path = '/api/telephony/extensions';
      expect((await app.put(`${path}/207`, { userId: 7, claimable: true }, SUPERVISOR)).status).toBe(200);
      expect((await app.put(`${path}/7000`, { kind: 'group', members: [7, 8] }, SUPERVISOR)).status).toBe(
        200,
      );
      expect((await app.get(`${path}?userId=7`, SUPERVISOR)).body.total).toBeGreaterThan(0);
      const claim = { extension: '207' };
      const agent = { userId: 8, role: 'agent' } as const;
      expect((await app.post('/api/telephony/agents/me/extension', claim, agent)).status).toBe(200);
      expect((await app.delete(`${path}/7000`, SUPERVISOR)).status).toBe(204);
    });
    // After a change, each instance reads all extensions into its directory.
    const others = scans.filter(({ sql }) => sql.includes('WHERE'));
    expect(others.filter(({ selective, rowsRead }) => !selective || rowsRead > MOST_ROWS)).toEqual([]);
  });

  it('for the status of an agent, what he sets, and the change of a call of his, which read the open calls', async () => {
    const scans = await scansDuring(async () => {
      const path = '/api/telephony/agents/me/status';
      expect((await app.get(path)).body.status).toBe('online');
      expect((await app.post(path, { status: 'break' })).status).toBe(201);
      await app.nest.get(PresenceService).settle([7]);
    });
    expect(scans.filter(({ kind, rowsRead }) => kind === 'Seq Scan' || rowsRead > MOST_ROWS)).toEqual([]);
  });

  it('for the extensions without a user, only the calls of the last month', async () => {
    await app.db.query(`UPDATE telephony_extensions SET user_id = NULL WHERE extension = '210'`);
    const scans = await scansDuring(async () => {
      const { body } = await app.get('/api/telephony/extensions/unassigned', SUPERVISOR);
      expect(body.items).toMatchObject([{ extension: '210' }]);
    });
    expect(scans.filter(({ kind }) => kind === 'Seq Scan')).toEqual([]);
    const ofCalls = scans.filter(({ table }) => table === 'telephony_calls');
    expect(ofCalls.reduce((sum, { rowsRead }) => sum + rowsRead, 0)).toBeLessThan(12_000);
  });

  it('for what is pushed, compared and shown to who connects', async () => {
    const calls = app.nest.get(LiveCallRepository);
    const agent = { userId: 7, role: 'agent', roleSlug: 'agent', extension: '201' } as const;
    // The index of open calls, and the end of the key, are read without a condition.
    const scans = await scansDuring(async () => {
      await calls.findRows([1, 50_000, 99_999]);
      await calls.findOpen(agent, 2_001);
      await calls.findOpen({ ...agent, role: 'supervisor' }, MOST_ROWS);
      await calls.findOpenStates(MOST_ROWS);
      await calls.findNewestStates(MOST_ROWS);
      await app.nest.get(CallTasksService).findByIds([1, 50_000]);
    });
    expect(scans.filter(({ kind, rowsRead }) => !kind.includes('Index') || rowsRead > MOST_ROWS)).toEqual([]);
  });

  it('for recordings: those of calls, the next to fetch, and those to remove', async () => {
    await app.db.query(
      `INSERT INTO telephony_recordings (call_id, provider, url, url_sha256, reported_at, state, next_try_at)
       SELECT i, 'bracknet', 'https://pbx.example/' || i, sha256(convert_to(i::text, 'UTF8')),
              now() - i * interval '1 minute', CASE i % 50 WHEN 0 THEN 'waiting' ELSE 'stored' END,
              CASE i % 50 WHEN 0 THEN now() + i * interval '1 s' END
         FROM generate_series(1, 100000) AS i`,
    );
    await app.db.query('ANALYZE telephony_recordings');
    const recordings = app.nest.get(RecordingRepository, { strict: false });
    await expectDirectAccess(async () => {
      await recordings.ofCalls([1, 2, 3]);
      await inTransaction(app.db, async (manager) => {
        await manager.withRepository(recordings).claimDue(60, 30, () => true);
        await manager.withRepository(recordings).claimDue(60, 30, () => false);
      });
      await recordings.releaseListed(() => true);
      await app.nest.get(RecordingListenRepository, { strict: false }).ofRecording(1, 1, 50);
    });
    // The whole of an index that holds only what is to be removed now.
    const scans = await scansDuring(async () => {
      await recordings.removing(100);
      await inTransaction(app.db, (manager) =>
        manager.withRepository(recordings).markDueRemovals(3_650, 100),
      );
    });
    expect(scans.filter(({ kind, rowsRead }) => !kind.startsWith('Index') || rowsRead > MOST_ROWS)).toEqual(
      [],
    );
  });

  it('for an event with the CRM’s id of the call', async () => {
    await expectDirectAccess(async () => {
      const { route, body } = webhooksOf('BN-ECHO-1', CALLER).answered(2000);
      await deliver({ route, body: { ...body, crm_call_id: 'CRM-4720' } });
    });
  });

  it('for a start that the PBX rejects', async () => {
    await expectDirectAccess(async () => {
      const start = { agent_extension: '201', customer_number: WAITING, crm_call_id: '50000' };
      expect((await refused.post('/api/call/start', start)).body.code).toBe('PBX_REFUSED');
    });
  });

  it('for the count of waiting receipts, with ten thousand in quarantine', async () => {
    await app.db.query(`UPDATE telephony_webhook_receipts SET outcome = 'quarantined' WHERE id <= 12000`);
    await app.db.query('VACUUM ANALYZE telephony_webhook_receipts');
    let backlog: Awaited<ReturnType<DatabaseGauges['read']>> = null;
    const scans = await scansDuring(async () => {
      backlog = await app.nest.get(DatabaseGauges).read();
    });
    expect(backlog).toMatchObject({
      receipts: { quarantined: { count: MAX_COUNTED }, failed: { count: 0 } },
    });
    expect(scans.filter(({ selective }) => !selective)).toEqual([]);
    const rowsRead = scans.reduce((sum, scan) => sum + scan.rowsRead, 0);
    expect(rowsRead).toBeLessThanOrEqual(MAX_COUNTED + MOST_ROWS);
  });

  it('for the last webhook, behind more refused ones than are passed over', async () => {
    await app.db.query(`
      INSERT INTO telephony_webhook_receipts (delivery_id, route, source_address, outcome, body, received_at)
      SELECT 'refused-' || n, 'call-ended', '203.0.113.9', 'discarded', 'x', now() - n * interval '1 microsecond'
        FROM generate_series(1, 20100) AS n`);
    await app.db.query(`
      INSERT INTO telephony_calls (provider, external_call_id, agent_user_id, direction, customer_phone, status, meta, created_at)
      SELECT 'bracknet', 'BN-UNHEARD-' || n, 7, 'outbound', '01712345678', 'initiated',
             '{"start":{"answer":{"mode":"live"}}}', now() - interval '1 min' + n * interval '1 min'
        FROM generate_series(0, 2) AS n`);
    await app.db.query('VACUUM ANALYZE telephony_webhook_receipts, telephony_calls');
    try {
      const backlog = app.nest.get(BacklogRepository);
      let found: Backlog | null = null;
      const scans = await scansDuring(async () => {
        found = await backlog.count(5_000, null);
      });
      expect(found).toMatchObject({
        lastWebhookAt: null,
        noWebhookSince: expect.any(Date),
        unheard: { count: 2 },
      });
      expect(scans.filter(({ selective }) => !selective)).toEqual([]);

      const heardAt = new Date();
      expect(await backlog.count(5_000, heardAt)).toMatchObject({
        lastWebhookAt: heardAt,
        noWebhookSince: null,
      });
      expect(await backlog.count(5_000, new Date(0))).toMatchObject({ lastWebhookAt: null });
    } finally {
      await app.db.query(`DELETE FROM telephony_webhook_receipts WHERE delivery_id LIKE 'refused-%'`);
      await app.db.query(`DELETE FROM telephony_calls WHERE external_call_id LIKE 'BN-UNHEARD-%'`);
      await app.db.query('VACUUM ANALYZE telephony_webhook_receipts, telephony_calls');
    }
  });

  const receipts = '/api/telephony/webhook-receipts';

  /** Half of what was set aside is the newest of all, half the oldest. */
  async function setAside(): Promise<void> {
    await app.db.query(`
      UPDATE telephony_webhook_receipts
         SET outcome = (ARRAY['ignored', 'quarantined', 'failed', 'dead', 'discarded'])[id % 5 + 1]
       WHERE id <= 10000 OR id > 90000`);
    await app.db.query('VACUUM ANALYZE telephony_webhook_receipts');
  }

  it.each([
    '',
    'from=2026-08-01&to=2026-08-31',
    'to=2026-03-01',
    'outcome=dead',
    'outcome=dead,quarantined,failed',
    'outcome=dead,quarantined&to=2026-03-01',
    'outcome=ignored&from=2026-02-01&to=2026-10-31',
    'externalCallId=BN-OLD-4711',
    'externalCallId=BN-OLD-4711&outcome=applied&event=call_ended&from=2026-01-01',
    'callId=4711',
    'callId=4711&externalCallId=BN-OLD-4711',
  ])('for a supervisor who filters receipts by %s, on each of the first pages', async (query) => {
    await setAside();
    let cursor = '';
    for (let page = 0; page < 3; page += 1) {
      await expectDirectAccess(async () => {
        const { status, body } = await app.get(`${receipts}?limit=20&${query}${cursor}`, SUPERVISOR);
        expect(status).toBe(200);
        cursor = body.nextCursor === null ? '' : `&cursor=${body.nextCursor}`;
      });
    }
  });

  it.each([
    ['event=call_missed', 1],
    ['event=call_missed&outcome=applied', 1],
    ['event=call_missed&from=2026-02-01&to=2026-11-30', 1],
    ['event=call_missed&outcome=ignored,dead,discarded,quarantined,failed', 5],
    ['outcome=applied&event=call_ended', 1],
    ['outcome=applied,dead', 1],
  ])('for a supervisor who filters receipts by %s, which has no index, page by page', async (query, ways) => {
    await setAside();
    const scans = await scansDuring(async () => {
      const { status, body } = await app.get(`${receipts}?${query}`, SUPERVISOR);
      expect([status, body.nextCursor]).toEqual([200, expect.any(String)]);
    });
    expect(scans.filter(({ selective }) => !selective)).toEqual([]);
    const rowsRead = scans.reduce((sum, scan) => sum + scan.rowsRead, 0);
    expect(rowsRead).toBeLessThanOrEqual((ways + 1) * MAX_EXAMINED + MOST_ROWS);
  });

  it('for a supervisor who follows the cursors to a single match among all receipts', async () => {
    await app.db.query(`UPDATE telephony_webhook_receipts SET event_type = 'needle' WHERE id IN (2, 5000)`);
    const found: string[] = [];
    let pages = 0;
    for (let cursor: string | null = ''; cursor !== null; pages += 1) {
      const { body } = await app.get(`${receipts}?event=needle${cursor}`, SUPERVISOR);
      found.push(...body.items.map(({ id }: { id: string }) => id));
      cursor = body.nextCursor === null ? null : `&cursor=${body.nextCursor}`;
    }
    expect(found).toEqual(['5000', '2']);
    expect(pages).toBeGreaterThanOrEqual(100_000 / MAX_EXAMINED);
  });

  it('for a receipt, its replay and its end', async () => {
    await setAside();
    await expectDirectAccess(async () => {
      expect((await app.get(`${receipts}/4710`, SUPERVISOR)).status).toBe(200);
      expect((await app.post(`${receipts}/4712/replay`, {}, SUPERVISOR)).body.result).toBe('refused');
      expect((await app.post(`${receipts}/4713/discard`, { reason: 'a test' }, SUPERVISOR)).status).toBe(200);
    });
  });

  it.each([
    '',
    'from=2026-08-01&to=2026-08-31',
    'userId=7',
    'userId=7&to=2026-08-01',
    'subject=call:4711',
    'subject=call:4711&userId=7&action=call.start,call.hangup&outcome=done',
  ])('for a supervisor who reads the audit by %s', async (query) => {
    await expectDirectAccess(async () => {
      const { status, body } = await app.get(`/api/telephony/audit?limit=20&${query}`, SUPERVISOR);
      expect([status, body.items.length]).toEqual([200, expect.any(Number)]);
    });
  });

  it('for a supervisor who filters the audit by what has no index, page by page', async () => {
    const scans = await scansDuring(async () => {
      const { body } = await app.get('/api/telephony/audit?action=task.update', SUPERVISOR);
      expect(body).toEqual({ items: [], nextCursor: expect.any(String) });
    });
    expect(scans.filter(({ selective }) => !selective)).toEqual([]);
    const rowsRead = scans.reduce((sum, scan) => sum + scan.rowsRead, 0);
    expect(rowsRead).toBeLessThanOrEqual(2 * MAX_EXAMINED + MOST_ROWS);
  });

  async function expectNoSequentialScan(path: string, who: TokenRequest): Promise<void> {
    const scans = await scansDuring(async () => expect((await app.get(path, who)).status).toBe(200));
    expect(scans.filter(({ kind }) => kind === 'Seq Scan')).toEqual([]);
  }

  const theDay = 'from=2026-11-01&to=2026-11-01';

  it.each([
    `/api/telephony/calls?${theDay}`,
    `/api/telephony/calls?${theDay}&status=completed`,
    `/api/telephony/calls?${theDay}&direction=inbound`,
    `/api/telephony/calls?${theDay}&agentUserId=7`,
    '/api/telephony/calls?agentUserId=7',
    `/api/telephony/calls?customerPhone=${CALLER}`,
    `/api/telephony/calls?customerPhone=${CALLER}&${theDay}`,
    '/api/telephony/calls/4711',
    `/api/crm/call-tasks?customerPhone=${CALLER}`,
    `/api/crm/call-tasks?customerPhone=${CALLER}&status=pending&reason=missed_call`,
  ])('for a supervisor who reads %s', (path) => expectNoSequentialScan(path, SUPERVISOR));

  it.each(['/api/telephony/calls', `/api/telephony/calls?${theDay}`])('for an agent who reads %s', (path) =>
    expectNoSequentialScan(path, AGENT_201),
  );
});

describe('a plan that was made while the task table was empty', () => {
  /** Of the transaction it is asked in. */
  const TASKS_READ = new PreparedStatement<{ read: number }>(
    'tasks-read',
    `SELECT (coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))::integer AS read
             FROM pg_stat_xact_user_tables WHERE relname = 'crm_call_tasks'`,
  );

  it('reads only the open tasks of the given customer when there are thousands', async () => {
    const database = await createTestDatabase();
    const app = await TestApp.start(database);
    const tasks = app.nest.get(CallTaskRepository);
    const look = () =>
      inTransaction(app.db, async (manager) => {
        const found = await manager.withRepository(tasks).loadForUpdate(['01700000001'], []);
        const [row] = await TASKS_READ.run(manager, []);
        return [found.length, row?.read ?? NaN] as const;
      });
    try {
      expect(await look()).toEqual([0, 0]);
      await app.db.query(
        `INSERT INTO crm_call_tasks (customer_id, priority, call_reason, status)
         SELECT '017' || lpad(n::text, 8, '0'), 'warm', 'missed_call', 'pending' FROM generate_series(1, 3000) AS n`,
      );
      const [found, read] = await look();
      expect(found).toBe(1);
      expect(read).toBeLessThan(10);
    } finally {
      await app.close();
      await database.drop();
    }
  });
});
