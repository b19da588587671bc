import { SUPERVISOR, TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

const DAY = { from: '2026-01-03', to: '2026-01-03' };

type Event = readonly [userId: number, status: string, at: string];

describe('GET /api/telephony/reports/agents/presence', () => {
  let database: TestDatabase;
  let app: TestApp;

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await TestApp.start(database);
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });
  beforeEach(async () => {
    await app.db.query('TRUNCATE telephony_agent_presence_events');
  });

  async function report(events: readonly Event[], { from, to } = DAY): Promise<unknown> {
    for (const event of events) {
      await app.db.query(
        'INSERT INTO telephony_agent_presence_events (user_id, status, occurred_at) VALUES ($1, $2, $3)',
        [...event],
      );
    }
    const path = `/api/telephony/reports/agents/presence?from=${from}&to=${to}`;
    const { status, body } = await app.get(path, SUPERVISOR);
    expect({ status, body }).toMatchObject({ status: 200, body: { from, to } });
    return body.items;
  }

  /** Seconds since that time of the business zone. */
  async function secondsSince(at: string): Promise<number> {
    const [row] = await app.db.query<{ seconds: number }[]>(
      `SELECT extract(epoch FROM now() - $1::timestamp AT TIME ZONE 'Asia/Dhaka')::float8 AS seconds`,
      [at],
    );
    return Number(row?.seconds);
  }

  const NOTHING = { loginCount: 0, logoutCount: 0, breakCount: 0 };

  it('sums the seconds of each status, and counts logins, breaks and logouts', async () => {
    const figures = await report([
      [7, 'online', '2026-01-03 09:00:00'],
      [7, 'on_call', '2026-01-03 09:10:00'],
      [7, 'online', '2026-01-03 09:12:30'],
      [7, 'break', '2026-01-03 13:00:00'],
      [7, 'online', '2026-01-03 13:30:00'],
      [7, 'offline', '2026-01-03 18:00:00'],
      [7, 'online', '2026-01-03 20:00:00'],
      [7, 'offline', '2026-01-03 20:00:10'],
    ]);
    expect(figures).toEqual([
      {
        userId: 7,
        loginCount: 2,
        logoutCount: 2,
        breakCount: 1,
        seconds: { online: 600 + 13_650 + 16_200 + 10, on_call: 150, break: 1_800 },
      },
    ]);
  });

  it('begins with the status of before, which is no login', async () => {
    const figures = await report([
      [7, 'break', '2025-11-01 10:00:00'],
      [7, 'online', '2026-01-02 23:00:00'],
      [7, 'offline', '2026-01-03 01:00:00'],
    ]);
    expect(figures).toEqual([
      { userId: 7, ...NOTHING, logoutCount: 1, seconds: { online: 3_600, on_call: 0, break: 0 } },
    ]);
  });

  it('ends a status that lasts with the last day', async () => {
    const figures = await report([
      [7, 'online', '2026-01-03 23:00:00'],
      [7, 'offline', '2026-01-04 09:00:00'],
    ]);
    expect(figures).toEqual([
      { userId: 7, ...NOTHING, loginCount: 1, seconds: { online: 3_600, on_call: 0, break: 0 } },
    ]);
  });

  it('counts a status that lasts until now, and no further', async () => {
    const begin = '2026-01-03 09:00:00';
    const before = await secondsSince(begin);
    const items = await report([[7, 'on_call', begin]], { from: '2026-01-03', to: '2999-12-31' });
    const after = await secondsSince(begin);
    const [{ seconds }] = items as [{ seconds: Record<string, number> }];
    expect(seconds).toMatchObject({ online: 0, break: 0 });
    expect(seconds.on_call).toBeGreaterThanOrEqual(Math.floor(before));
    expect(seconds.on_call).toBeLessThanOrEqual(Math.ceil(after));
  });

  it('takes an event that repeats the status for no change', async () => {
    const figures = await report([
      [7, 'break', '2026-01-03 10:00:00'],
      [7, 'break', '2026-01-03 10:05:00'],
      [7, 'offline', '2026-01-03 10:10:00'],
      [7, 'offline', '2026-01-03 11:00:00'],
    ]);
    expect(figures).toEqual([
      {
        userId: 7,
        loginCount: 1,
        logoutCount: 1,
        breakCount: 1,
        seconds: { online: 0, on_call: 0, break: 600 },
      },
    ]);
  });

  it('takes events of one moment in the order in which they were written', async () => {
    const figures = await report([
      [7, 'online', '2026-01-03 10:00:00'],
      [7, 'break', '2026-01-03 10:00:00'],
      [7, 'offline', '2026-01-03 10:01:00'],
    ]);
    expect(figures).toMatchObject([{ seconds: { online: 0, break: 60 } }]);
  });

  it('begins with the last of several events of one moment before the days', async () => {
    const items = await report([
      [7, 'online', '2026-01-02 20:00:00'],
      [7, 'break', '2026-01-02 20:00:00'],
      [7, 'offline', '2026-01-03 00:00:30'],
    ]);
    expect(items).toEqual([
      { userId: 7, ...NOTHING, logoutCount: 1, seconds: { online: 0, on_call: 0, break: 30 } },
    ]);
  });

  it('tells users apart, and leaves out who was not there', async () => {
    const figures = await report([
      [9, 'online', '2026-01-03 10:00:00'],
      [7, 'online', '2026-01-03 10:00:00'],
      [8, 'offline', '2026-01-02 18:00:00'],
      [9, 'offline', '2026-01-03 10:00:20'],
      [7, 'offline', '2026-01-03 10:00:10'],
      [10, 'online', '2026-01-04 00:00:00'],
    ]);
    expect(figures).toMatchObject([
      { userId: 7, seconds: { online: 10 } },
      { userId: 9, seconds: { online: 20 } },
    ]);
  });

  it('has nobody in days that have not come yet', async () => {
    const figures = await report([[7, 'online', '2026-01-03 10:00:00']], {
      from: '2998-01-08',
      to: '2998-01-09',
    });
    expect(figures).toEqual([]);
  });

  it('has nobody without events', async () => {
    expect(await report([])).toEqual([]);
  });
});
