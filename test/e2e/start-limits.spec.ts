import { Registry } from 'prom-client';
import { AGENT_201, AGENT_202, SUPERVISOR, TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

const LIMITS = { openPerAgent: 2, perMinutePerAgent: 3, perHourPerAgent: 5, perMinute: 7 };

describe('the limits of starts', () => {
  let database: TestDatabase;
  let app: TestApp;

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await TestApp.start(database, { telephony: { startLimits: LIMITS } });
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });
  beforeEach(() => app.clear());

  const start = (nth: number, user = AGENT_201, headers: Record<string, string> = {}) =>
    app.post(
      '/api/call/start',
      {
        agent_extension: user.extension ?? '201',
        customer_number: `017123456${String(nth).padStart(2, '0')}`,
      },
      user,
      headers,
    );

  /** Calls of a user that began and ended so many seconds ago. */
  async function past(count: number, seconds: number, userId = 7, status = 'failed'): Promise<void> {
    await app.db.query(
      `INSERT INTO telephony_calls (customer_phone, agent_user_id, direction, status, meta, created_at)
       SELECT '', $3, 'outbound', $4, '{"start":{}}', now() - make_interval(secs => $2) FROM generate_series(1, $1)`,
      [count, seconds, userId, status],
    );
  }

  async function refusals(limit: string): Promise<number> {
    const metric = await app.nest.get(Registry).getSingleMetric('telephony_starts_refused_total')?.get();
    return metric?.values.find(({ labels }) => labels.limit === limit)?.value ?? NaN;
  }

  async function expectRefused(
    answer: Awaited<ReturnType<typeof start>>,
    words: string,
    [least, most]: [number, number],
  ): Promise<void> {
    expect([answer.status, answer.body.code]).toEqual([429, 'CALL_LIMIT_REACHED']);
    expect(answer.body.message).toContain(words);
    const retryAfter = Number(answer.headers['retry-after']);
    expect(retryAfter).toBeGreaterThanOrEqual(least);
    expect(retryAfter).toBeLessThanOrEqual(most);
    const last = (await app.audit()).at(-1);
    expect(last).toMatchObject({ action: 'call.start', outcome: 'refused', code: 'CALL_LIMIT_REACHED' });
  }

  it('refuse a call while the agent has the most that may be open, until one is over', async () => {
    const before = await refusals('open_calls');
    const first = await start(1);
    await start(2);
    await expectRefused(await start(3), '2 calls that are not over', [1, 60]);
    expect(await refusals('open_calls')).toBe(before + 1);
    expect(await app.calls()).toHaveLength(2);
    expect((await start(3, AGENT_202)).status).toBe(200);
    await app.post('/api/call/hangup', { bracknet_call_id: first.body.bracknet_call_id });
    expect((await start(3)).status).toBe(200);
  });

  it('count what a supervisor starts for others as his, and not as theirs', async () => {
    const startFor = (nth: number, agentId: number) =>
      app.post(
        '/api/call/start',
        {
          agent_extension: '201',
          agent_id: String(agentId),
          customer_number: `017123456${String(nth).padStart(2, '0')}`,
        },
        SUPERVISOR,
      );
    await startFor(1, 7);
    await startFor(2, 8);
    await expectRefused(await startFor(3, 9), '2 calls that are not over', [1, 60]);
    await app.db.query(`UPDATE telephony_calls SET status = 'failed'`);
    await startFor(3, 9);
    await app.db.query(`UPDATE telephony_calls SET status = 'failed'`);
    await expectRefused(await startFor(4, 10), '3 calls within a minute', [1, 60]);
    for (const nth of [1, 2]) expect((await start(nth)).status).toBe(200);
  });

  it('do not count a call whose end was lost and that the sweeper will close', async () => {
    await start(1);
    await start(2);
    await app.db.query(`UPDATE telephony_calls SET updated_at = now() - interval '130 s'`);
    expect((await start(3)).status).toBe(200);
    await app.clear();
    await past(2, 20_000, 7, 'answered');
    expect((await start(1)).status).toBe(200);
  });

  it('do not count the same click or key again, and answer it as the first', async () => {
    const key = { 'Idempotency-Key': 'k' };
    const first = await start(1, AGENT_201, key);
    await start(2);
    await past(3, 5);
    for (const again of [await start(1, AGENT_201, key), await start(1)]) {
      expect([again.status, again.body]).toEqual([200, first.body]);
    }
    expect((await start(1, AGENT_201, { 'Idempotency-Key': 'other' })).body).toEqual(first.body);
  });

  it('refuse a call of an agent who has started too many within a minute', async () => {
    const before = await refusals('agent_minute');
    await past(3, 40);
    await expectRefused(await start(1), '3 calls within a minute', [15, 20]);
    expect(await refusals('agent_minute')).toBe(before + 1);
    expect((await start(1, AGENT_202)).status).toBe(200);
  });

  it('refuse a call of an agent who has started too many within an hour', async () => {
    const before = await refusals('agent_hour');
    await past(5, 3000);
    await expectRefused(await start(1), '5 calls within an hour', [590, 600]);
    expect(await refusals('agent_hour')).toBe(before + 1);
  });

  it('refuse a call when all agents together have started too many within a minute', async () => {
    const before = await refusals('all_minute');
    for (const userId of [11, 12, 13, 14, 15, 16, 17]) await past(1, 30, userId);
    await expectRefused(await start(1, SUPERVISOR), '7 calls within a minute', [25, 30]);
    expect(await refusals('all_minute')).toBe(before + 1);
  });

  it('count no calls that came in, and none that are older', async () => {
    await past(3, 70);
    await app.db.query(
      `INSERT INTO telephony_calls (customer_phone, direction, status)
       SELECT '', 'inbound', 'ringing' FROM generate_series(1, 20)`,
    );
    expect((await start(1)).status).toBe(200);
  });
});
