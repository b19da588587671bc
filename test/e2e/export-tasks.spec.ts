import { jest } from '@jest/globals';
import { Clock } from '../../src/common/time/clock.js';
import type { CallTaskDto } from '../../src/modules/crm/call-tasks/call-task.dto.js';
import { SUPERVISOR, TestApp } from '../support/app.js';
import { crmTask } from '../support/call-tasks.js';
import { csvRows } from '../support/csv-records.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { exported } from '../support/export-client.js';

const LIST = '/api/crm/call-tasks';

describe('the export of tasks', () => {
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
  afterEach(() => jest.restoreAllMocks());

  const fileOf = (query = ''): Promise<string> => exported(app, `${LIST}/export${query}`, SUPERVISOR);
  const rowsOf = async (query = '') => csvRows(await fileOf(query));

  it.each([
    '',
    '?status=pending',
    '?status=pending,completed',
    '?reason=missed_call',
    '?customerPhone=%2B8801712345678',
    '?customerPhone=77',
    '?status=failed&reason=follow_up',
  ])('%s has the tasks of the list, in its order', async (query) => {
    const numbers = ['01712345678', '+8801712345678', '01712-345678', '01812345678', '77'];
    const statuses = ['pending', 'in_progress', 'completed', 'skipped', 'failed'];
    for (const [index, customer_id] of numbers.entries()) {
      for (const call_reason of ['missed_call', 'follow_up']) {
        // No two of one customer are pending: an index forbids it.
        await crmTask(app, { customer_id, call_reason, status: statuses[(index + call_reason.length) % 5] });
      }
    }
    const { body } = await app.get(`${LIST}${query}`);
    const listed = (body.items as CallTaskDto[]).map(({ id }) => String(id));
    expect(listed.length).toBeGreaterThan(0);
    expect((await rowsOf(query)).map(({ id }) => id)).toEqual(listed);
  });

  it('has every task once, however many pages they take', async () => {
    await app.db.query(
      `INSERT INTO crm_call_tasks (customer_id, priority) SELECT n::text, 'cold' FROM generate_series(1, 2500) n`,
    );
    const ids = (await rowsOf()).map(({ id }) => Number(id));
    expect(ids).toEqual(Array.from({ length: 2_500 }, (_, index) => 2_500 - index));
  });

  it('has a header and no row when nothing matches', async () => {
    expect(await fileOf('?status=failed')).toMatch(/^\uFEFFid,customerId,[\w,]+\r\n$/u);
  });

  it('names its columns as the list its fields, and writes the times of it in two zones', async () => {
    await crmTask(app, {});
    const [item] = (await app.get(LIST)).body.items as CallTaskDto[];
    const names = Object.keys(item ?? {});
    const times = ['completedAt', 'createdAt', 'updatedAt'];
    const utc = times.map((name) => `${name}Utc`);
    const [csv = {}] = await rowsOf();
    expect(Object.keys(csv).sort()).toEqual([...names, ...utc].sort());
    const [raw = {}] = await rowsOf('?format=raw');
    expect(Object.keys(raw).sort()).toEqual(
      [...names.filter((name) => !times.includes(name)), ...utc].sort(),
    );
  });

  describe('writes a task', () => {
    const notes = '=cmd|calc\nসন্ধ্যা ছয়টার পরে, "জরুরি"';

    beforeEach(async () => {
      await app.db.query(
        `INSERT INTO crm_call_tasks (customer_id, assigned_agent_id, task_date, priority, call_reason, status, call_outcome,
                                     notes, scheduled_time, completed_at, created_at, updated_at)
         VALUES ('+8801712345678', 7, '2026-01-04', 'hot', 'missed_call', 'completed', 'connected', $1, '18:30',
                 '2026-01-04 01:05:00', '2026-01-03 23:59:59.5', '2026-01-04 01:05:00')`,
        [notes],
      );
    });

    it('for spreadsheets, with its number and its words as they stay', async () => {
      expect(await rowsOf()).toEqual([
        {
          id: '1',
          customerId: '01712-345678',
          assignedAgentId: '7',
          taskDate: '2026-01-04',
          priority: 'hot',
          callReason: 'missed_call',
          recommendedProductId: '',
          status: 'completed',
          callOutcome: 'connected',
          notes: `'${notes}`,
          scheduledTime: '18:30:00',
          completedAt: '2026-01-04 01:05:00',
          completedAtUtc: '2026-01-03T19:05:00.000Z',
          createdAt: '2026-01-03 23:59:59',
          createdAtUtc: '2026-01-03T17:59:59.500Z',
          updatedAt: '2026-01-04 01:05:00',
          updatedAtUtc: '2026-01-03T19:05:00.000Z',
        },
      ]);
    });

    it('for programs, as the database has it', async () => {
      const file = await fileOf('?format=raw');
      expect(file).toMatch(/^id,/u);
      expect(csvRows(file)).toMatchObject([
        { customerId: '+8801712345678', notes, completedAtUtc: '2026-01-03T19:05:00.000Z' },
      ]);
    });
  });

  it('is named by the day on which it was made, in the business zone', async () => {
    // After midnight in Dhaka, before it in UTC.
    jest.spyOn(app.nest.get(Clock), 'now').mockReturnValue(new Date('2026-01-31T20:00:00Z'));
    const headers = async (query: string) => (await app.get(`${LIST}/export${query}`, SUPERVISOR)).headers;
    expect(await headers('')).toMatchObject({
      'content-type': 'text/csv; charset=utf-8; header=present',
      'content-disposition': 'attachment; filename="tasks_until_2026-02-01.csv"',
      'cache-control': 'no-store',
    });
    expect(await headers('?format=raw')).toMatchObject({
      'content-disposition': 'attachment; filename="tasks_until_2026-02-01_raw.csv"',
    });
  });

  it.each([
    ['?format=xlsx', 'format must be one of the following values: csv, raw'],
    ['?status=open', 'each status must be one of pending, in_progress, completed, skipped, failed'],
    ['?page=2', 'property page should not exist'],
  ])('refuses %s, with an error and not with a file', async (query, message) => {
    const { status, body } = await app.get(`${LIST}/export${query}`, SUPERVISOR);
    expect([status, body.code, body.message]).toEqual([400, 'VALIDATION_FAILED', message]);
  });

  it('is not for agents, who see the same tasks a page at a time', async () => {
    const { status, body } = await app.get(`${LIST}/export`);
    expect([status, body.code]).toEqual([403, 'FORBIDDEN']);
  });

  it('is for staff alone', async () => {
    const { status, body } = await app.get(`${LIST}/export`, { userId: 5, role: 'customer-account' });
    expect([status, body.code]).toEqual([403, 'CUSTOMER_TOKEN_REFUSED']);
  });
});
