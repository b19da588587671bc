import { jest } from '@jest/globals';
import { Clock } from '../../src/common/time/clock.js';
import type { TokenRequest } from '../../src/modules/auth/issue-token.js';
import { ExportLimits } from '../../src/modules/exports/export-limits.js';
import type { CallListDto } from '../../src/modules/telephony/calls/dto/call.dto.js';
import { AGENT_201, AGENT_202, SUPERVISOR, TestApp } from '../support/app.js';
import { csvRows } from '../support/csv-records.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { exported, openExport } from '../support/export-client.js';

const LIST = '/api/telephony/calls';

describe('the export of calls', () => {
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
  afterEach(() => jest.restoreAllMocks());

  const fileOf = (query = '', user: TokenRequest = SUPERVISOR): Promise<string> =>
    exported(app, `${LIST}/export${query}`, user);
  const rowsOf = async (query = '', user: TokenRequest = SUPERVISOR) => csvRows(await fileOf(query, user));
  const idsOf = async (query = '', user: TokenRequest = SUPERVISOR) =>
    (await rowsOf(query, user)).map(({ id }) => Number(id));

  describe('of 150 calls, one an hour', () => {
    beforeAll(async () => {
      await app.clear();
      await app.db.query(`
        INSERT INTO telephony_calls (external_call_id, external_id_occurrence, agent_user_id, agent_phone, first_agent_phone, first_agent_user_id,
               customer_phone, customer_number_e164, direction, status, disposition, queue_name, trunk_name, started_at,
               end_reason, wait_seconds, duration_seconds, recording_url, task_id)
        SELECT 'BN-' || n % 60, n / 60, CASE WHEN n % 3 = 0 THEN 7 WHEN n % 3 = 1 THEN 8 END, (201 + n % 4)::text,
               CASE WHEN n % 10 = 0 THEN '201' END, CASE WHEN n % 10 = 0 THEN 7 END,
               '0171234567' || n % 10, '+880171234567' || n % 10,
               CASE WHEN n % 2 = 0 THEN 'inbound' ELSE 'outbound' END,
               CASE n % 5 WHEN 0 THEN 'failed' WHEN 1 THEN 'ringing' ELSE 'completed' END,
               CASE n % 5 WHEN 0 THEN 'missed' WHEN 1 THEN NULL ELSE 'completed' END,
               CASE WHEN n % 4 > 0 THEN 'queue ' || n % 4 END, 'trunk ' || n % 2,
               timestamptz '2026-01-01T00:30:00Z' + n * interval '1 h',
               CASE WHEN n % 5 = 0 THEN 'no_answer' ELSE 'completed' END, n % 40, n,
               CASE WHEN n % 7 = 0 THEN 'https://pbx.example/' || n END, CASE WHEN n % 11 = 0 THEN n END
          FROM generate_series(1, 150) AS n`);
    });

    it.each([
      '',
      '?status=failed',
      '?status=ringing,failed',
      '?status=missed',
      '?direction=inbound',
      '?agentUserId=7',
      '?customerPhone=01712345675',
      '?externalCallId=BN-5',
      '?from=2026-01-02&to=2026-01-03',
      '?from=2026-01-02T10:00:00%2B06:00',
      '?to=2026-01-02',
      '?status=completed&direction=outbound&from=2026-01-03',
      '?status=failed&customerPhone=%2B8801712345670&to=2026-01-05',
    ])('%s has the calls of the list, in its order, for supervisors and for agents', async (query) => {
      for (const user of [SUPERVISOR, AGENT_201, AGENT_202]) {
        const { body } = await app.get(`${LIST}${query === '' ? '?' : `${query}&`}limit=200`, user);
        const { items, total } = body as CallListDto;
        expect(items).toHaveLength(total ?? NaN);
        expect(await idsOf(query, user)).toEqual(items.map(({ id }) => id));
      }
      expect((await idsOf(query)).length).toBeGreaterThan(0);
    });

    it('of an agent has none but his own calls, whatever he asks for', async () => {
      const own = await idsOf('', AGENT_201);
      const all = await idsOf();
      expect(own.length).toBeGreaterThan(0);
      expect(own.length).toBeLessThan(all.length);
      expect(await idsOf('?agentUserId=8', AGENT_201)).toEqual(
        (await idsOf('?agentUserId=8')).filter((id) => own.includes(id)),
      );
    });
  });

  it('has every call once, although many began at one moment and pages end among them', async () => {
    await app.clear();
    await app.db.query(`
      INSERT INTO telephony_calls (customer_phone, started_at)
      SELECT '', timestamptz '2026-01-01T00:00:00.000001Z' + (n / 800) * interval '1 microsecond'
        FROM generate_series(1, 3300) AS n`);
    for (const query of ['', '?status=initiated']) {
      expect(await idsOf(query)).toEqual(Array.from({ length: 3_300 }, (_, index) => 3_300 - index));
    }
  });

  it('finds the rare calls among many that do not match, to the oldest', async () => {
    await app.clear();
    await app.db.query(`
      INSERT INTO telephony_calls (customer_phone, status, started_at)
      SELECT '', CASE WHEN n IN (1, 2, 1000, 22000, 45000) THEN 'failed' ELSE 'completed' END,
             timestamptz '2025-01-01T00:00:00Z' + n * interval '1 min'
        FROM generate_series(1, 45000) AS n`);
    expect(await idsOf('?status=failed')).toEqual([45_000, 22_000, 1_000, 2, 1]);
    expect(await idsOf('?status=failed&to=2025-01-10')).toEqual([1_000, 2, 1]);
    expect(await idsOf('?status=failed&from=2025-01-10')).toEqual([45_000, 22_000]);
  });

  describe('of more rows than one file may have', () => {
    beforeEach(async () => {
      await app.clear();
      await app.db.query(`INSERT INTO telephony_calls (customer_phone) SELECT '' FROM generate_series(1, 4)`);
      jest.replaceProperty(app.nest.get(ExportLimits), 'rows', 3);
    });

    it('is refused beforehand where counting is cheap: for supervisors, by time alone', async () => {
      const { status, body } = await app.get(`${LIST}/export?from=2020-01-01`, SUPERVISOR);
      expect([status, body.code]).toEqual([400, 'EXPORT_TOO_LARGE']);
      expect(await app.audit()).toEqual([]);
    });

    it('is cut where that is found on the way', async () => {
      const { response, rest } = await openExport(app, `${LIST}/export?status=initiated`, SUPERVISOR);
      expect(response.statusCode).toBe(200);
      await expect(rest()).rejects.toThrow('aborted');
      await eventually(async () =>
        expect(await app.audit()).toMatchObject([
          { action: 'call.export', outcome: 'failed', code: 'EXPORT_TOO_LARGE', details: { end: 'failed' } },
        ]),
      );
    });
  });

  describe('writes a call', () => {
    beforeAll(async () => {
      await app.clear();
      await app.db.query(`
        INSERT INTO telephony_calls (external_call_id, crm_call_id, agent_user_id, agent_phone, customer_phone,
               customer_number_e164, direction, status, disposition, end_reason, started_at, answered_at, duration_seconds,
               wait_seconds, recording_url, queue_name, inferred, created_at, updated_at)
        VALUES ('BN-CALL-1', '=1+1', 7, '201', '01712345678', '+8801712345678', 'inbound', 'completed', 'completed',
                'completed', '2026-01-03T18:30:00.123456Z', '2026-01-03T18:30:07Z', 135, 7, 'https://pbx.example/1.mp3',
                'অর্ডার, ঢাকা', '{wait_seconds,ended_at}', '2026-01-03T18:30:00Z', '2026-01-03T18:33:00Z')`);
    });

    it('for spreadsheets, with its number and its words as they stay, and its times in both zones', async () => {
      expect(await rowsOf()).toEqual([
        {
          id: '1',
          provider: 'bracknet',
          externalCallId: 'BN-CALL-1',
          crmCallId: "'=1+1",
          taskId: '',
          agentUserId: '7',
          agentPhone: '201',
          firstAgentPhone: '',
          customerPhone: '01712-345678',
          customerNumberE164: '01712-345678',
          customerId: '',
          direction: 'inbound',
          status: 'completed',
          disposition: 'completed',
          endReason: 'completed',
          startedAtLocal: '2026-01-04 00:30:00',
          startedAt: '2026-01-03T18:30:00.123Z',
          answeredAtLocal: '2026-01-04 00:30:07',
          answeredAt: '2026-01-03T18:30:07.000Z',
          endedAtLocal: '',
          endedAt: '',
          durationSeconds: '135',
          waitSeconds: '7',
          holdSeconds: '',
          hasRecording: 'true',
          recordingDurationSeconds: '',
          queueName: 'অর্ডার, ঢাকা',
          trunkName: '',
          inferred: 'wait_seconds ended_at',
          version: '1',
          createdAtLocal: '2026-01-04 00:30:00',
          createdAt: '2026-01-03T18:30:00.000Z',
          updatedAtLocal: '2026-01-04 00:33:00',
          updatedAt: '2026-01-03T18:33:00.000Z',
        },
      ]);
    });

    it('for programs, as the list has it, in UTC and without a byte order mark', async () => {
      const file = await fileOf('?format=raw');
      expect(file).toMatch(/^id,/u);
      const [item = {}] = (await app.get(LIST, SUPERVISOR)).body.items as Record<string, unknown>[];
      const { recordingUrl: _ticket, inferred, ...listed } = item;
      const expected = Object.fromEntries(
        Object.entries<unknown>({ ...listed, inferred: (inferred as string[]).join(' ') }).map(
          ([name, value]) => [name, value === null ? '' : JSON.stringify(value).replaceAll('"', '')],
        ),
      );
      expect(csvRows(file)).toEqual([expected]);
    });

    it('without the address of its recording', async () => {
      expect(await fileOf()).not.toContain('pbx.example');
    });
  });

  it.each([
    ['?from=2026-01-01&to=2026-01-31', 'calls_2026-01-01_2026-01-31.csv'],
    ['?from=2026-01-01T20:00:00Z&to=2026-01-31T18:00:00Z', 'calls_2026-01-02_2026-01-31.csv'],
    ['?from=2026-01-01', 'calls_2026-01-01_2026-02-01.csv'],
    ['?to=2026-01-31', 'calls_until_2026-01-31.csv'],
    ['?format=raw', 'calls_until_2026-02-01_raw.csv'],
  ])('%s is named %s: by the first and the last day, in the business zone', async (query, name) => {
    jest.spyOn(app.nest.get(Clock), 'now').mockReturnValue(new Date('2026-01-31T20:00:00Z'));
    const { headers } = await app.get(`${LIST}/export${query}`, SUPERVISOR);
    expect(headers['content-disposition']).toBe(`attachment; filename="${name}"`);
  });
});
