import * as fc from 'fast-check';
import type { ListPosition } from '../../src/common/http/list-position.js';
import { ExaminedRows } from '../../src/database/examined-rows.js';
import { CallFilters } from '../../src/modules/telephony/calls/log/call-filters.service.js';
import { AGENT_201, SUPERVISOR, TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

/** Newest last. Three of a queue, two lost, one of them talked to later. */
const CALLS = `
  INSERT INTO telephony_calls (customer_phone, customer_number_e164, direction, status, disposition, agent_user_id, agent_phone,
         first_agent_phone, queue_name, trunk_name, end_reason, recording_url, duration_seconds, wait_seconds, task_id, customer_id,
         external_call_id, crm_call_id, started_at, effects)
  VALUES ('01712345671', '+8801712345671', 'inbound', 'failed', 'missed', NULL, NULL, NULL, 'support', 'GP', 'timeout', NULL, NULL, 30, NULL, NULL,
          'BN-1', NULL, '2026-01-03T05:00:00Z', '{}'),
         ('01712345672', '+8801712345672', 'inbound', 'failed', 'abandoned', NULL, NULL, NULL, 'support', 'GP', 'cancel', NULL, NULL, 4, NULL, NULL,
          'BN-2', NULL, '2026-01-03T05:01:00Z', '{}'),
         ('01712345672', '+8801712345672', 'outbound', 'completed', 'completed', 7, '201', '201', NULL, 'BL', 'hangup', 'https://pbx.example/3', 60, 8, 12, 5,
          'BN-3', 'CRM-3', '2026-01-03T05:02:00Z', '{}'),
         ('01712345673', '+8801712345673', 'inbound', 'completed', 'completed', 8, '202', '201', 'support', 'BL', 'hangup', NULL, 5, 20, NULL, NULL,
          'BN-4', NULL, '2026-01-03T06:00:00Z', '{}'),
         ('anonymous', NULL, 'inbound', 'failed', 'missed', NULL, NULL, NULL, 'sales', 'GP', 'timeout', NULL, NULL, 61, NULL, NULL,
          'BN-5', NULL, '2026-01-04T05:00:00Z', '{}'),
         ('01712345674', '+8801712345674', 'inbound', 'ringing', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
          'BN-6', NULL, '2026-01-04T05:01:00Z', '{}')`;

describe('the call log', () => {
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
    await app.clear();
    await app.db.query(CALLS);
  });

  async function list(query: string, who = SUPERVISOR) {
    const { status, body } = await app.get(`/api/telephony/calls?${query}`, who);
    expect([status, body.message]).toEqual([200, undefined]);
    return body;
  }
  const ids = async (query: string): Promise<number[]> =>
    (await list(query)).items.map(({ id }: { id: number }) => id);

  it.each([
    ['status=failed', [5, 2, 1]],
    ['status=missed,ringing', [6, 5, 2, 1]],
    ['direction=outbound', [3]],
    ['direction=inbound,outbound', [6, 5, 4, 3, 2, 1]],
    ['disposition=missed', [5, 1]],
    ['disposition=missed,abandoned', [5, 2, 1]],
    ['agentUserId=7', [3]],
    ['agentUserId=7,8', [4, 3]],
    ['extension=201', [4, 3]],
    ['extension=202', [4]],
    ['extension=201,202', [4, 3]],
    ['extension=-', [6, 5, 2, 1]],
    ['queueName=support', [4, 2, 1]],
    ['queueName=support,sales', [5, 4, 2, 1]],
    ['queueName=-', [6, 3]],
    ['queueName=-,sales', [6, 5, 3]],
    ['trunkName=GP', [5, 2, 1]],
    ['trunkName=-', [6]],
    ['endReason=timeout,cancel', [5, 2, 1]],
    ['hasRecording=true', [3]],
    ['hasRecording=false', [6, 5, 4, 2, 1]],
    ['minDuration=6', [3]],
    ['maxDuration=5', [4]],
    ['minDuration=5&maxDuration=60', [4, 3]],
    ['minWait=20', [5, 4, 1]],
    ['minWait=5&maxWait=30', [4, 3, 1]],
    ['taskId=12', [3]],
    ['externalCallId=BN-4', [4]],
    ['crmCallId=CRM-3', [3]],
    ['figure=offered', [5, 4, 2, 1]],
    ['figure=lost', [5, 2, 1]],
    ['figure=reached', [3]],
    ['figure=open', [6]],
    ['hour=11', [6, 5, 3, 2, 1]],
    ['hour=12', [4]],
    ['weekday=6', [4, 3, 2, 1]],
    ['weekday=7', [6, 5]],
    ['missedUnanswered=true', [1]],
    ['missedUnanswered=false', [6, 5, 4, 3, 2]],
    ['customerPhone=01712345672', [3, 2]],
    ['customerPhone=%E0%A7%A6%E0%A7%A7%E0%A7%AD%E0%A7%A7%E0%A7%A8-345672', [3, 2]],
    ['customerPhone=5672', [3, 2]],
    ['customerPhone=anonymous', [5]],
    ['from=2026-01-04', [6, 5]],
    ['to=2026-01-03', [4, 3, 2, 1]],
    ['queueName=support&disposition=missed', [1]],
    ['direction=inbound&figure=answered&hour=12', [4]],
    ['direction=outbound&disposition=missed', []],
  ] as const)('finds by %s the calls %j', async (query, expected) => {
    const { items, total, totalIsExact } = await list(query);
    expect(items.map(({ id }: { id: number }) => id)).toEqual(expected);
    expect([total, totalIsExact]).toEqual([expected.length, true]);
  });

  it('finds the calls that were linked to a customer, by his numbers', async () => {
    await app.db.query(`INSERT INTO customers (id, name, phone) VALUES (5, 'Rahima', '01712-345672')`);
    expect(await ids('customerId=5')).toEqual([3]);
    expect(await ids('customerId=6')).toEqual([]);
  });

  it('counts a customer as called back when the task of the miss is completed, and not when it is still pending', async () => {
    await app.db.query(
      `INSERT INTO crm_call_tasks (id, customer_id, call_reason, status, priority) VALUES (31, '01712345671', 'missed_call', 'pending', 'warm')`,
    );
    await app.db.query(`UPDATE telephony_calls SET effects = '{"missedTask": {"taskId": 31}}' WHERE id = 1`);
    expect(await ids('missedUnanswered=true')).toEqual([1]);
    await app.db.query(`UPDATE crm_call_tasks SET status = 'completed' WHERE id = 31`);
    expect(await ids('missedUnanswered=true')).toEqual([]);
  });

  it('takes the last business days, today among them', async () => {
    await app.db.query(`UPDATE telephony_calls SET started_at = now() WHERE id = 4`);
    expect(await ids('rangeDays=1')).toEqual([4]);
    expect(await ids('rangeDays=1&from=2026-01-04')).toEqual([4, 6, 5]);
  });

  it.each([
    ['status=unknown', 'status'],
    ['disposition=missed,unknown', 'disposition'],
    ['queueName=', 'queueName'],
    ['agentUserId=seven', 'agentUserId'],
    ['agentUserId=7,', 'agentUserId'],
    ['hour=24', 'hour'],
    ['weekday=0', 'weekday'],
    ['hasRecording=yes', 'hasRecording'],
    ['missedUnanswered=1', 'missedUnanswered'],
    ['minDuration=-1', 'minDuration'],
    ['maxWait=1.5', 'maxWait'],
    ['figure=everything', 'figure'],
    ['rangeDays=0', 'rangeDays'],
    ['cursor=nonsense', 'cursor'],
    [`extension=${Array.from({ length: 51 }, (_, n) => 200 + n).join(',')}`, 'extension'],
    ['colour=red', 'colour'],
  ])('refuses %s and says which filter is wrong', async (query, field) => {
    const { status, body } = await app.get(`/api/telephony/calls?${query}`, SUPERVISOR);
    expect([status, body.code, body.details[0].field]).toEqual([400, 'VALIDATION_FAILED', field]);
  });

  it('shows an agent own calls alone, whatever the filter, and all to whoever may see all', async () => {
    expect((await list('', AGENT_201)).items.map(({ id }: { id: number }) => id)).toEqual([4, 3]);
    expect((await list('agentUserId=8', AGENT_201)).items.map(({ id }: { id: number }) => id)).toEqual([4]);
    expect((await list('queueName=sales', AGENT_201)).total).toBe(0);
    const watching = await TestApp.start(database, { auth: { seeAllRoles: ['auditor'] } });
    const auditor = { userId: 90, role: 'auditor' };
    const { body } = await watching.get('/api/telephony/calls', auditor);
    expect(body.total).toBe(6);
    expect((await watching.get('/api/telephony/calls/1', auditor)).status).toBe(200);
    expect((await watching.post('/api/call/hangup', { bracknet_call_id: 'BN-6' }, auditor)).status).toBe(404);
    expect((await app.get('/api/telephony/calls/1', AGENT_201)).status).toBe(404);
    await watching.close();
  });

  it('goes on from cursor to cursor, says so until the end, and counts once', async () => {
    const first = await list('limit=4');
    expect([first.total, first.totalIsExact, first.examinedTo]).toEqual([
      6,
      true,
      '2026-01-03T05:02:00.000000Z',
    ]);
    const second = await list(`limit=4&cursor=${first.nextCursor}`);
    expect(second.items.map(({ id }: { id: number }) => id)).toEqual([2, 1]);
    expect([second.total, second.nextCursor, second.examinedTo]).toEqual([null, null, null]);
  });

  it('shows each call once and in order, also of one microsecond, while calls are added', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 1, maxLength: 25 }),
        fc.integer({ min: 1, max: 7 }),
        fc.constantFrom(
          '',
          'queueName=a',
          'queueName=a,b&direction=inbound',
          'status=completed',
          'extension=201',
        ),
        async (microseconds, limit, filter) => {
          await app.clear();
          const insert = (at: string) =>
            app.db.query(
              `INSERT INTO telephony_calls (customer_phone, direction, status, queue_name, agent_phone, first_agent_phone, started_at)
               SELECT '', 'inbound', 'completed', CASE n % 3 WHEN 0 THEN 'a' WHEN 1 THEN 'b' END, '20' || n % 2, '201', ${at}
                 FROM unnest($1::integer[]) WITH ORDINALITY AS called (us, n)`,
              [microseconds],
            );
          await insert(`timestamptz '2026-01-03T05:00:00Z' + us * interval '1 microsecond'`);
          const expected = await ids(`${filter}&limit=200`);
          const seen: number[] = [];
          let cursor: string | null = null;
          do {
            const page: { items: { id: number }[]; nextCursor: string | null } = await list(
              `${filter}&limit=${limit}${cursor === null ? '' : `&cursor=${cursor}`}`,
            );
            seen.push(...page.items.map(({ id }) => id));
            cursor = page.nextCursor;
            await insert(`timestamptz '2026-01-03T06:00:00Z'`);
          } while (cursor !== null);
          expect(seen).toEqual(expected);
        },
      ),
      { numRuns: Number(process.env.PROPERTY_RUNS ?? 100) / 5, endOnFailure: true },
    );
  });

  it('skips no call and shows none twice where one index has far fewer calls than another, however little is examined', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom('dense', 'dense', 'dense', 'rare'), fc.boolean()), {
          minLength: 1_600,
          maxLength: 1_800,
        }),
        fc.integer({ min: 1, max: 60 }),
        async (rows, limit) => {
          await app.clear();
          await app.db.query(
            `INSERT INTO telephony_calls (customer_phone, direction, status, queue_name, duration_seconds, started_at)
             SELECT '', 'inbound', 'completed', queue, CASE WHEN is_long THEN 60 ELSE 1 END,
                    timestamptz '2026-01-03T05:00:00Z' + n * interval '1 s'
               FROM unnest($1::text[], $2::boolean[]) WITH ORDINALITY AS called (queue, is_long, n)`,
            [rows.map(([queue]) => queue), rows.map(([, isLong]) => isLong)],
          );
          const filters = app.nest.get(CallFilters, { strict: false });
          const query = { queueName: ['dense', 'rare'], minDuration: 30 };
          const supervisor = { userId: 1, role: 'supervisor', roleSlug: 'admin', extension: null } as const;
          const calls = await filters.listOf(supervisor, query);
          const seen: number[] = [];
          let before: ListPosition | undefined;
          for (;;) {
            const { positions, next } = await new ExaminedRows(calls, { before }, 1).find(limit);
            seen.push(...positions.map(({ id }) => Number(id)));
            if (next === null) break;
            before = next;
          }
          const expected: { id: number }[] = await app.db.query(
            'SELECT id FROM telephony_calls WHERE duration_seconds >= 30 ORDER BY started_at DESC, id DESC',
          );
          expect(seen).toEqual(expected.map(({ id }) => id));
        },
      ),
      { numRuns: 5, endOnFailure: true },
    );
  });

  it('skips no call and shows none twice while others begin, where what is examined ends between two that match', async () => {
    await app.clear();
    await app.db.query(
      `INSERT INTO telephony_calls (customer_phone, direction, status, duration_seconds, started_at)
       SELECT '', 'inbound', 'completed', n % 3, timestamptz '2026-01-03T05:00:00Z' + n * interval '1 s'
         FROM generate_series(1, 1200) AS n`,
    );
    const expected: { id: number }[] = await app.db.query(
      'SELECT id FROM telephony_calls WHERE duration_seconds = 2 ORDER BY started_at DESC, id DESC',
    );
    const supervisor = { userId: 1, role: 'supervisor', roleSlug: 'admin', extension: null } as const;
    const calls = await app.nest
      .get(CallFilters, { strict: false })
      .listOf(supervisor, { minDuration: 2, maxDuration: 2 });
    const end = new AbortController();
    const others = async (): Promise<void> => {
      for (let n = 0; !end.signal.aborted; n += 1) {
        await app.db.query(
          `INSERT INTO telephony_calls (customer_phone, direction, status, duration_seconds, started_at)
           VALUES ('', 'inbound', 'completed', 0, timestamptz '2026-01-03T07:00:00Z' + $1 * interval '1 s')`,
          [n],
        );
      }
    };
    const walk = async (): Promise<void> => {
      for (let walks = 0; walks < 20; walks += 1) {
        const seen: number[] = [];
        for (let before: ListPosition | undefined; ;) {
          const { positions, next } = await new ExaminedRows(calls, { before }, 1).find(600);
          seen.push(...positions.map(({ id }) => Number(id)));
          if (next === null) break;
          before = next;
        }
        expect(seen).toEqual(expected.map(({ id }) => id));
      }
    };
    await Promise.all([others(), walk().finally(() => end.abort())]);
  });

  it('counts a figure at the extension that had a call last, as the reports do', async () => {
    expect(await ids('extension=201&figure=answered')).toEqual([]);
    expect(await ids('extension=202&figure=answered')).toEqual([4]);
  });
});
