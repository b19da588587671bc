import { Rollup } from '../../src/modules/reports/rollup/rollup.service.js';
import type { TokenRequest } from '../../src/modules/auth/issue-token.js';
import { AGENT_201, SUPERVISOR, TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { forgetFigures } from '../support/figures.js';
import { dayAgo, type ReportedCall, storeCalls } from '../support/reported-calls.js';

/** A day that is closed. */
const DAY = dayAgo(5);
const DAYS = `from=${DAY}&to=${DAY}`;
const SECONDS_OF_DAY = 86_400;

const CALLS: readonly ReportedCall[] = [
  {
    at: `${DAY} 10:00:00`,
    queue_name: 'support',
    agent_user_id: 7,
    wait_seconds: 10,
    duration_seconds: 100,
    recording_url: 'https://pbx.example/1',
  },
  { at: `${DAY} 10:10:00`, queue_name: 'support', agent_user_id: 8, wait_seconds: 31, duration_seconds: 201 },
  { at: `${DAY} 10:20:00`, queue_name: 'support', status: 'failed', disposition: 'missed' },
  { at: `${DAY} 10:30:00`, queue_name: 'sales', status: 'failed', disposition: 'answered_elsewhere' },
  { at: `${DAY} 10:40:00`, status: 'ringing' },
  {
    at: `${DAY} 11:00:00`,
    direction: 'outbound',
    status: 'failed',
    disposition: 'busy',
    end_reason: 'user_busy',
    agent_user_id: 7,
  },
];

/** How the CRM's report page asks: all at once, and one failure leaves it empty. */
const PAGE = [
  'cdr?rangeDays=30&limit=500&page=1',
  'queues?rangeDays=30',
  'trunks?rangeDays=30',
  'agents/calls?rangeDays=30',
  'agents/presence?rangeDays=30',
  'wait-hold?rangeDays=30',
];

const SEES_ALL: TokenRequest = { userId: 9, role: 'reader' };

describe('the reports of the CRM', () => {
  let database: TestDatabase;
  let app: TestApp;

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await TestApp.start(database, {
      auth: { staffRoles: ['agent', 'reader', 'admin'], seeAllRoles: ['reader'] },
    });
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });
  beforeEach(async () => {
    await app.clear();
    await app.db.query('TRUNCATE telephony_agent_presence, telephony_agent_presence_events');
    await forgetFigures(app);
  });

  async function read(path: string, user: TokenRequest = SUPERVISOR): Promise<Record<string, unknown>> {
    const { status, body } = await app.get(`/api/telephony/${path}`, user);
    expect({ status, body }).toMatchObject({ status: 200 });
    return body as Record<string, unknown>;
  }

  describe.each(['computed from the calls', 'built'])('of a closed day that is %s', (how) => {
    beforeEach(async () => {
      await storeCalls(app, CALLS);
      await app.db.query(`UPDATE telephony_calls SET trunk_name = 'GP-1' WHERE queue_name = 'support'`);
      await app.db.query('UPDATE telephony_calls SET hold_seconds = 4 WHERE duration_seconds = 100');
      if (how === 'built') await app.nest.get(Rollup).run();
    });

    it('stats count all calls, and failed ones by their reason', async () => {
      expect(await read(`stats?${DAYS}`)).toEqual({
        rangeDays: 1,
        from: DAY,
        to: DAY,
        builtFrom: null,
        since: new Date(`${DAY}T00:00:00+06:00`).toISOString(),
        total: 6,
        byStatus: [
          { status: 'ringing', count: 1 },
          { status: 'completed', count: 2 },
          { status: 'failed', count: 3 },
        ],
        avgDurationSeconds: 150.5,
        totalDurationSeconds: 301,
        withRecordingCount: 1,
        failedByReason: [
          { reason: 'answered_elsewhere', count: 1 },
          { reason: 'missed', count: 1 },
          { reason: 'user_busy', count: 1 },
        ],
      });
    });

    it('stats of one agent count the calls that are stamped with him', async () => {
      expect(await read(`stats?${DAYS}&agentUserId=7`)).toMatchObject({
        total: 2,
        avgDurationSeconds: 100,
        failedByReason: [{ reason: 'user_busy', count: 1 }],
      });
    });

    it('cdr has the calls, newest first, and counts all of them whatever the page', async () => {
      const report = await read(`reports/cdr?${DAYS}&limit=2&page=2`);
      expect(report).toMatchObject({
        total: 6,
        page: 2,
        limit: 2,
        byStatus: [
          { status: 'ringing', count: 1 },
          { status: 'completed', count: 2 },
          { status: 'failed', count: 3 },
        ],
      });
      expect(report.items).toMatchObject([
        { queueName: 'sales', disposition: 'answered_elsewhere', status: 'failed' },
        { queueName: 'support', trunkName: 'GP-1', disposition: 'missed', status: 'failed' },
      ]);
    });

    it('queues have averages of the calls with such a time, and null without any', async () => {
      expect((await read(`reports/queues?${DAYS}`)).items).toEqual([
        {
          queueName: 'support',
          total: 3,
          completed: 2,
          failed: 1,
          avgWaitSeconds: 20.5,
          avgDurationSeconds: 150.5,
        },
        {
          queueName: null,
          total: 2,
          completed: 0,
          failed: 1,
          avgWaitSeconds: null,
          avgDurationSeconds: null,
        },
        {
          queueName: 'sales',
          total: 1,
          completed: 0,
          failed: 1,
          avgWaitSeconds: null,
          avgDurationSeconds: null,
        },
      ]);
    });

    it('trunks are in use for the seconds of talk, of all seconds of the days', async () => {
      expect((await read(`reports/trunks?${DAYS}`)).items).toEqual([
        {
          trunkName: 'GP-1',
          total: 3,
          totalDurationSeconds: 301,
          utilizationRatioAssumingSingleChannel: 301 / SECONDS_OF_DAY,
        },
        {
          trunkName: null,
          total: 3,
          totalDurationSeconds: 0,
          utilizationRatioAssumingSingleChannel: 0,
        },
      ]);
    });

    it('agents have the calls of both directions, and calls of nobody are in no row', async () => {
      expect((await read(`reports/agents/calls?${DAYS}`)).items).toEqual([
        { agentUserId: 7, total: 2, completed: 1, failed: 1, totalDurationSeconds: 100 },
        { agentUserId: 8, total: 1, completed: 1, failed: 0, totalDurationSeconds: 201 },
      ]);
    });

    it('waiting and hold are told by direction', async () => {
      expect((await read(`reports/wait-hold?${DAYS}`)).byDirection).toEqual([
        { direction: 'inbound', total: 5, avgWaitSeconds: 20.5, avgHoldSeconds: 4 },
        { direction: 'outbound', total: 1, avgWaitSeconds: null, avgHoldSeconds: null },
      ]);
    });
  });

  it('answer the six requests of the page at once, without a call too', async () => {
    const all = () => Promise.all(PAGE.map((path) => read(`reports/${path}`)));
    expect(await all()).toMatchObject([
      { rangeDays: 30, total: 0, byStatus: [], items: [], limit: 200 },
      { items: [] },
      { items: [] },
      { items: [] },
      { items: [] },
      { byDirection: [] },
    ]);
    await storeCalls(app, CALLS);
    expect(await all()).toMatchObject([
      { total: 6, items: { length: 6 } },
      { items: { length: 3 } },
      { items: { length: 1 } },
      { items: { length: 2 } },
      { items: [] },
      { byDirection: { length: 2 } },
    ]);
  });

  describe('the times of agents', () => {
    const store = (userId: number, status: string, at: string) =>
      app.db.query(
        'INSERT INTO telephony_agent_presence_events (user_id, status, occurred_at) VALUES ($1, $2, $3)',
        [userId, status, at],
      );
    const times = async (days = DAYS) => (await read(`reports/agents/presence?${days}`)).items;

    it('run from each change to the next one', async () => {
      await store(7, 'online', `${DAY} 09:00:00`);
      await store(7, 'on_call', `${DAY} 10:00:00`);
      await store(7, 'online', `${DAY} 10:05:00`);
      await store(7, 'break', `${DAY} 12:00:00`);
      await store(7, 'online', `${DAY} 12:30:00`);
      await store(7, 'offline', `${DAY} 17:00:00`);
      expect(await times()).toEqual([
        {
          userId: 7,
          loginCount: 1,
          logoutCount: 1,
          breakCount: 1,
          seconds: { online: 26_700, on_call: 300, break: 1800 },
        },
      ]);
    });

    it('begin with what a user was before the days, and end with them', async () => {
      await app.db.query('INSERT INTO telephony_agent_presence (user_id) VALUES (7), (8)');
      await store(7, 'online', `${dayAgo(7)} 09:00:00`);
      await store(8, 'offline', `${dayAgo(7)} 09:00:00`);
      expect(await times()).toEqual([
        {
          userId: 7,
          loginCount: 0,
          logoutCount: 0,
          breakCount: 0,
          seconds: { online: SECONDS_OF_DAY, on_call: 0, break: 0 },
        },
      ]);
    });

    it('run up to now while a status lasts', async () => {
      const secondsAgo = `extract(epoch FROM now() AT TIME ZONE 'Asia/Dhaka' - occurred_at)::integer AS seconds`;
      await app.db.query(
        `INSERT INTO telephony_agent_presence_events (user_id, status, occurred_at)
         VALUES (7, 'break', now() AT TIME ZONE 'Asia/Dhaka' - interval '1 hour')`,
      );
      const [agent] = (await times('rangeDays=2')) as { seconds: { break: number } }[];
      const [event] = await app.db.query(`SELECT ${secondsAgo} FROM telephony_agent_presence_events`);
      expect(agent?.seconds.break).toBeGreaterThanOrEqual(3600);
      expect(agent?.seconds.break).toBeLessThanOrEqual(event.seconds);
    });
  });

  it('give agents the stats of their own calls, whomever they ask for', async () => {
    await storeCalls(app, CALLS);
    expect(await read(`stats?${DAYS}`, AGENT_201)).toMatchObject({ total: 2 });
    expect(await read(`stats?${DAYS}&agentUserId=8`, AGENT_201)).toMatchObject({ total: 2 });
  });

  it('are for supervisors and whoever sees all calls, and not for other agents', async () => {
    for (const path of PAGE) {
      expect((await app.get(`/api/telephony/reports/${path}`, AGENT_201)).body).toMatchObject({
        code: 'FORBIDDEN',
      });
      await read(`reports/${path}`, SEES_ALL);
    }
    expect(await read('stats', SEES_ALL)).toMatchObject({ rangeDays: 30, total: 0 });
  });

  it.each([
    ['stats?agentUserId=x', 'agentUserId'],
    ['reports/queues?rangeDays=0', 'rangeDays'],
    ['reports/trunks?from=2026-02-30', 'from'],
    ['reports/cdr?from=2026-02-03&to=2026-02-02', 'to'],
  ])('refuse %s and say what to change', async (path, field) => {
    const { status, body } = await app.get(`/api/telephony/${path}`, SUPERVISOR);
    expect({ status, body }).toMatchObject({
      status: 400,
      body: { code: 'VALIDATION_FAILED', details: [{ field }] },
    });
  });

  it('refuse a page of the calls that is too far, and name the way on', async () => {
    expect((await app.get('/api/telephony/reports/cdr?page=1000&limit=200', SUPERVISOR)).body).toMatchObject({
      code: 'PAGE_TOO_FAR',
    });
  });
});
