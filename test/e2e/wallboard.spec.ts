import { jest } from '@jest/globals';
import { Clock } from '../../src/common/time/clock.js';
import { ReportsDatabase } from '../../src/modules/reports/pool/reports-database.repository.js';
import { AGENT_201, SUPERVISOR, TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { forgetFigures } from '../support/figures.js';
import { PbxEvents } from '../support/pbx-events.js';
import { type ReportedCall, storeCalls } from '../support/reported-calls.js';

/** A Tuesday, noon in Dhaka. */
const NOON = Date.parse('2026-03-10T06:00:00Z');
const TODAY = '2026-03-10';
const NUMBER = '01712345678';

interface Board extends Record<string, unknown> {
  readonly ringing: { readonly count: number; readonly longestSince: string | null };
  readonly talking: { readonly count: number };
  readonly stillToCallBack: {
    readonly count: number;
    readonly oldestAt: string | null;
    readonly link: string;
  };
  readonly answered: { readonly offered: number; readonly answered: number; readonly lost: number };
}

let database: TestDatabase;
/** A service of its own for each test, which has read nothing yet. */
let app: TestApp;
let pbx: PbxEvents;
/** What the clock of the service shows. */
let now: number;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  app = await TestApp.start(database);
  now = NOON;
  jest.spyOn(app.nest.get(Clock), 'now').mockImplementation(() => new Date(now));
  await app.clear();
  await app.db.query('TRUNCATE telephony_agent_presence, telephony_agent_presence_events');
  await forgetFigures(app);
  pbx = new PbxEvents(app, NOON);
});
afterEach(async () => {
  jest.restoreAllMocks();
  await app.close();
});

async function get(): Promise<Board> {
  const { status, body } = await app.get('/api/telephony/wallboard', SUPERVISOR);
  expect({ status, body }).toMatchObject({ status: 200 });
  return body as Board;
}

/** The board of so many seconds after noon. */
function at(seconds: number): Promise<Board> {
  now = NOON + seconds * 1000;
  return get();
}

const figures = ({ ringing, talking, stillToCallBack, answered }: Board) => ({
  ringing: ringing.count,
  talking: talking.count,
  callsBack: stillToCallBack.count,
  today: [answered.offered, answered.answered, answered.lost],
});

describe('GET /api/telephony/wallboard', () => {
  it('without a call says zero, and no rate', async () => {
    expect(await get()).toEqual({
      at: new Date(NOON).toISOString(),
      timeZone: 'Asia/Dhaka',
      businessDay: TODAY,
      serviceLevelSeconds: 20,
      ringing: {
        count: 0,
        longestSince: null,
        target: { mostSeconds: 30 },
        link: 'status=ringing&direction=inbound',
      },
      talking: { count: 0, link: 'status=answered' },
      freeAgents: { count: 0, of: 0, target: { least: 1 } },
      stillToCallBack: {
        count: 0,
        oldestAt: null,
        target: { most: 0 },
        link: 'missedUnanswered=true&rangeDays=1',
      },
      answered: {
        offered: 0,
        answered: 0,
        lost: 0,
        answerRate: null,
        serviceLevel: null,
        target: { least: 0.8 },
        link: 'figure=lost&rangeDays=1',
      },
      agents: [],
      queues: [],
      hours: [],
      usualHours: [],
    });
  });

  it('follows a call that rings, is answered and ends', async () => {
    await pbx.incoming('C1', 0, NUMBER);
    const ringing = await at(5);
    expect(figures(ringing)).toEqual({ ringing: 1, talking: 0, callsBack: 0, today: [0, 0, 0] });
    expect(ringing.ringing.longestSince).toBe(new Date(NOON).toISOString());
    await pbx.answered('C1', 6, '201');
    expect(figures(await at(8))).toEqual({ ringing: 0, talking: 1, callsBack: 0, today: [0, 0, 0] });
    await pbx.ended('C1', 66, { duration: 60, end_reason: 'completed' });
    const over = await at(70);
    expect(figures(over)).toEqual({ ringing: 0, talking: 0, callsBack: 0, today: [1, 1, 0] });
    expect(over).toMatchObject({
      answered: { answerRate: 1, serviceLevel: 1 },
      queues: [{ queueName: null, ringing: 0, offered: 1, answered: 1, lost: 0, serviceLevel: 1 }],
      hours: [{ hour: 12, offered: 1, answered: 1, lost: 0 }],
    });
  });

  it('has a lost call to call back, until somebody has talked to the customer', async () => {
    await pbx.incoming('C1', 0, NUMBER);
    await pbx.ended('C1', 30, { end_reason: 'no_answer' });
    const lost = await at(40);
    expect(figures(lost)).toEqual({ ringing: 0, talking: 0, callsBack: 1, today: [1, 0, 1] });
    expect(lost.stillToCallBack.oldestAt).toBe(new Date(NOON).toISOString());
    const { body } = await app.get(`/api/telephony/calls?${lost.stillToCallBack.link}`, SUPERVISOR);
    expect(body).toMatchObject({ total: 1, items: [{ externalCallId: 'C1' }] });

    const back = { direction: 'outbound', customer_number_e164: '+8801712345678' } as const;
    await storeCalls(app, [{ ...back, at: `${TODAY} 12:01:00`, status: 'failed', disposition: 'busy' }]);
    expect(figures(await at(80)).callsBack).toBe(1);
    await storeCalls(app, [{ ...back, at: `${TODAY} 12:02:00`, duration_seconds: 10 }]);
    expect(figures(await at(150))).toEqual({ ringing: 0, talking: 0, callsBack: 0, today: [1, 0, 1] });
  });

  it('leaves short abandons out of the base of the service level', async () => {
    const call = { at: `${TODAY} 10:00:00`, queue_name: 'a & b' };
    await storeCalls(app, [
      { ...call, wait_seconds: 20 },
      { ...call, wait_seconds: 21 },
      { ...call, wait_seconds: 5, status: 'failed', disposition: 'abandoned' },
      { ...call, wait_seconds: 6, status: 'failed', disposition: 'abandoned' },
      { ...call, at: '2026-03-09 23:59:59', wait_seconds: 1 },
    ]);
    expect(await get()).toMatchObject({
      answered: { offered: 4, answered: 2, lost: 2, answerRate: 0.5, serviceLevel: 1 / 3 },
      queues: [{ queueName: 'a & b', offered: 4, link: 'figure=lost&queueName=a+%26+b&rangeDays=1' }],
    });
  });

  it('tells agents by status, and who of them is free', async () => {
    await app.post('/api/telephony/agents/me/status', { status: 'online' }, { userId: 7, role: 'agent' });
    await app.post(
      '/api/telephony/agents/me/status',
      { status: 'break', reason: 'lunch' },
      { userId: 8, role: 'agent' },
    );
    await app.post('/api/telephony/agents/me/status', { status: 'offline' }, { userId: 9, role: 'agent' });
    expect(await get()).toMatchObject({
      freeAgents: { count: 1, of: 2 },
      agents: [
        {
          userId: 7,
          extension: null,
          status: 'online',
          reason: null,
          since: expect.any(String),
          callId: null,
        },
        { userId: 8, status: 'break', reason: 'lunch' },
        { userId: 9, status: 'offline' },
      ],
    });
  });

  it('compares with the same day of the weeks before that had calls', async () => {
    const answered = (day: string): ReportedCall => ({ at: `${day} 09:30:00` });
    const lost = (day: string): ReportedCall => ({ at: `${day} 10:30:00`, status: 'failed' });
    await storeCalls(app, [
      answered('2026-03-03'),
      answered('2026-03-03'),
      lost('2026-03-03'),
      answered('2026-01-13'),
      // A day off: no customer called.
      { ...answered('2026-02-24'), direction: 'outbound' },
      // Another day of the week, and too long ago.
      answered('2026-03-09'),
      answered('2026-01-06'),
    ]);
    expect((await get()).usualHours).toEqual([
      { hour: 9, offered: 1.5, answered: 1.5, lost: 0 },
      { hour: 10, offered: 0.5, answered: 0, lost: 0.5 },
    ]);
  });

  describe('for several viewers', () => {
    let reads: jest.Spied<ReportsDatabase['read']>;

    beforeEach(() => {
      reads = jest.spyOn(app.nest.get(ReportsDatabase), 'read');
    });

    it('is read once, for those who ask at once and those who ask within two seconds', async () => {
      const [first, second] = await Promise.all([get(), get()]);
      expect(second).toEqual(first);
      const reading = reads.mock.calls.length;
      expect(await at(1.999)).toEqual(first);
      expect(reads.mock.calls).toHaveLength(reading);
      expect(await at(2)).toMatchObject({ at: new Date(NOON + 2000).toISOString() });
    });

    it('reads what is usual once in fifteen minutes, and anew on another day', async () => {
      await get();
      expect(reads).toHaveBeenCalledTimes(2);
      await at(2);
      expect(reads).toHaveBeenCalledTimes(3);
      await at(900);
      expect(reads).toHaveBeenCalledTimes(5);
      await at(12 * 3600);
      expect(reads).toHaveBeenCalledTimes(7);
    });

    it('is read again after a failure', async () => {
      reads.mockRejectedValueOnce(new Error('The database is not there'));
      expect((await app.get('/api/telephony/wallboard', SUPERVISOR)).status).toBe(500);
      expect((await get()).at).toBe(new Date(NOON).toISOString());
    });
  });

  it('is not for agents', async () => {
    expect((await app.get('/api/telephony/wallboard')).body).toMatchObject({ code: 'FORBIDDEN' });
    expect((await app.get('/api/telephony/wallboard', AGENT_201)).status).toBe(403);
  });
});
