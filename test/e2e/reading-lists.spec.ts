import { AGENT_201, SUPERVISOR, TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { MOST_COUNTED } from '../../src/modules/telephony/calls/log/call-log.service.js';

describe('the list of calls', () => {
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
  beforeEach(() => app.clear());

  async function list(query: string) {
    return (await app.get(`/api/telephony/calls?${query}`, SUPERVISOR)).body;
  }

  it('has as missed the inbound calls that nobody answered, here or elsewhere', async () => {
    await app.db.query(
      `INSERT INTO telephony_calls (customer_phone, customer_number_e164, direction, status, disposition, started_at)
       VALUES ('01712345671', '+8801712345671', 'inbound', 'failed', 'missed', now() - interval '9 min'),
              ('01712345672', '+8801712345672', 'inbound', 'failed', 'abandoned', now() - interval '8 min'),
              ('01712345673', '+8801712345673', 'inbound', 'failed', NULL, now() - interval '7 min'),
              ('anonymous', NULL, 'inbound', 'failed', 'busy', now() - interval '6 min'),
              ('01712345674', '+8801712345674', 'inbound', 'failed', 'answered_elsewhere', now() - interval '5 min'),
              ('01712345675', '+8801712345675', 'outbound', 'failed', 'no_answer', now() - interval '4 min'),
              ('01712345676', '+8801712345676', 'inbound', 'completed', 'completed', now() - interval '3 min'),
              ('01712345677', '+8801712345677', 'inbound', 'ringing', NULL, now() - interval '2 min')`,
    );
    const ids = async (query: string) => (await list(query)).items.map(({ id }: { id: number }) => id);
    expect(await ids('status=missed')).toEqual([4, 3, 2, 1]);
    expect((await list('status=missed')).total).toBe(4);
    expect(await ids('status=missed,ringing')).toEqual([8, 4, 3, 2, 1]);
    expect(await ids('status=missed&customerPhone=01712345672')).toEqual([2]);
    expect(await ids('status=missed&direction=outbound')).toEqual([]);
  });

  it('has each call of an agent once: started by the agent, at the extension, or transferred from it', async () => {
    await app.db.query(
      `INSERT INTO telephony_calls (customer_phone, status, agent_user_id, agent_phone, first_agent_phone, started_at)
       VALUES ('', 'completed', 7, '201', '201', '2026-01-03T05:00:00Z'),
              ('', 'completed', 7, '301', '201', '2026-01-03T05:03:00Z'),
              ('', 'completed', NULL, '201', '301', '2026-01-03T05:01:00Z'),
              ('', 'failed', 7, NULL, NULL, '2026-01-03T05:02:00Z'),
              ('', 'completed', 8, '202', '202', '2026-01-03T05:04:00Z'),
              ('', 'ringing', NULL, '201', NULL, '2026-01-03T05:05:00Z')`,
    );
    const own = async (query: string) => {
      const { body } = await app.get(`/api/telephony/calls?${query}`, AGENT_201);
      return [body.items.map(({ id }: { id: number }) => id), body.total];
    };
    expect(await own('')).toEqual([[6, 2, 4, 3, 1], 5]);
    expect(await own('limit=2&page=2')).toEqual([[4, 3], 5]);
    expect(await own('limit=2&page=3')).toEqual([[1], 5]);
    expect(await own('status=completed&to=2026-01-03T05:03:00Z')).toEqual([[3, 1], 2]);
    expect(await own('agentUserId=7&status=failed')).toEqual([[4], 1]);
  });

  it('has a total of all calls, and of filtered ones up to ten thousand', async () => {
    await app.db.query(
      `INSERT INTO telephony_calls (customer_phone, status, direction, started_at)
       SELECT '', CASE WHEN n = 1 THEN 'ringing' ELSE 'failed' END, 'outbound', now()
         FROM generate_series(1, $1::integer) AS n`,
      [MOST_COUNTED + 2],
    );
    expect(await list('limit=1')).toMatchObject({ total: MOST_COUNTED + 2, totalIsExact: true });
    expect(await list('limit=1&from=2026-01-01')).toMatchObject({
      total: MOST_COUNTED + 2,
      totalIsExact: true,
    });
    expect(await list('limit=1&status=failed')).toMatchObject({ total: MOST_COUNTED, totalIsExact: false });
    expect(await list('limit=1&status=ringing')).toMatchObject({ total: 1, totalIsExact: true });
  });

  describe('of calls whose events are large', () => {
    const EVENT = {
      event: 'incoming_call',
      from: '01712345678',
      to_extension: '201',
      bracknet_call_id: 'BN-1',
    };

    it('has payloads only when they are asked for; a call has them always', async () => {
      await app.webhook('incoming-call', { ...EVENT, timestamp: '2026-01-03T10:30:00Z' });
      const [call] = (await list('')).items;
      expect(call).not.toHaveProperty('meta');
      const { id, ...listed } = call;
      expect((await list('include=meta')).items).toEqual([
        { id, ...listed, meta: { events: [expect.objectContaining({ type: 'incoming' })] } },
      ]);
      const { body } = await app.get(`/api/telephony/calls/${id}`, AGENT_201);
      expect(body).toMatchObject({ id, ...listed, meta: { events: [{ payload: EVENT }] } });
    });

    it('refuses to include what it does not know, and says what it does', async () => {
      const { status, body } = await app.get('/api/telephony/calls?include=facts', SUPERVISOR);
      expect([status, body.message]).toEqual([400, 'include must be meta']);
    });

    it('is small after 50 events of 60 KB, which the receipts keep whole', async () => {
      for (let second = 10; second < 60; second += 1) {
        const timestamp = `2026-01-03T10:30:${second}Z`;
        const text = 'x'.repeat(60_000);
        expect((await app.webhook('incoming-call', { ...EVENT, timestamp, text })).status).toBe(200);
      }
      const { items } = await list('include=meta');
      expect(JSON.stringify(items).length).toBeLessThan(64 * 1024);
      expect(items[0].meta.events).toHaveLength(50);
      expect(items[0].meta.events.at(-1)).toMatchObject({
        payload: null,
        leftOut: { reason: 'payload_too_large' },
      });
      const receipts = await app.receipts();
      expect(receipts.every(({ body }) => body.length > 60_000)).toBe(true);
    });

    it('bounds a row that a former version let grow when its next event comes', async () => {
      await app.webhook('incoming-call', { ...EVENT, timestamp: '2026-01-03T10:30:00Z' });
      await app.db.query(
        `UPDATE telephony_calls SET meta = jsonb_build_object('events', (
           SELECT jsonb_agg(jsonb_build_object('type', 'ringing', 'at', '2026-01-03T10:29:' || n || '.000Z',
                                               'payload', jsonb_build_object('n', n, 'text', repeat('x', 60000))))
             FROM generate_series(10, 49) AS n))`,
      );
      await app.webhook('call-answered', {
        event: 'call_answered',
        bracknet_call_id: 'BN-1',
        agent_extension: '201',
        timestamp: '2026-01-03T10:30:10Z',
      });
      const { meta } = await app.onlyCall();
      expect(JSON.stringify(meta).length).toBeLessThan(64 * 1024);
      const events = meta?.events as object[];
      expect(events).toHaveLength(41);
      expect(events.at(-1)).toMatchObject({ type: 'answered', payload: {} });
    });
  });
});
