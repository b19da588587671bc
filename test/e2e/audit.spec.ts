import { AuditRetention } from '../../src/modules/audit/audit-retention.service.js';
import { AGENT_201, SUPERVISOR, TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

const AUDIT = '/api/telephony/audit';

describe('the audit', () => {
  let database: TestDatabase;
  let app: TestApp;

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await TestApp.start(database, { audit: { retentionDays: 30 } });
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });
  beforeEach(() => app.clear());

  async function list(query = '') {
    const { status, body } = await app.get(`${AUDIT}${query}`, SUPERVISOR);
    expect({ status, body }).toMatchObject({ status: 200 });
    return body as { items: Record<string, unknown>[]; nextCursor: string | null };
  }

  async function subjects(query: string): Promise<unknown[]> {
    return (await list(query)).items.map(({ subject }) => subject);
  }

  /** Five acts, the first one oldest, a minute apart; the last two at one time. */
  async function someActs(): Promise<void> {
    await app.db.query(
      `INSERT INTO telephony_audit (at, user_id, role, address, action, subject, outcome, code, request_id)
       VALUES ('2026-11-01T10:00:00Z', 7, 'agent', '203.0.113.20', 'call.start', 'call:1', 'done', NULL, 'r1'),
              ('2026-11-01T10:01:00Z', 7, 'agent', '203.0.113.20', 'call.hangup', 'call:1', 'failed', 'PBX_TIMEOUT', 'r2'),
              ('2026-11-01T10:02:00Z', 8, 'agent', '203.0.113.21', 'call.hangup', 'call:1', 'refused', 'CALL_NOT_FOUND', 'r3'),
              ('2026-11-01T18:30:00Z', 1, 'supervisor', '203.0.113.22', 'task.update', 'task:5', 'done', NULL, 'r4'),
              ('2026-11-01T18:30:00Z', NULL, 'operator', NULL, 'number.view', 'call:2', 'done', NULL, NULL)`,
    );
  }

  it('shows supervisors each act with all that is known of it, newest first', async () => {
    await someActs();
    const { items, nextCursor } = await list();
    expect(nextCursor).toBeNull();
    expect(items.map(({ subject }) => subject)).toEqual(['call:2', 'task:5', 'call:1', 'call:1', 'call:1']);
    expect(items[0]).toEqual({
      at: '2026-11-01T18:30:00.000Z',
      userId: null,
      role: 'operator',
      address: null,
      action: 'number.view',
      subject: 'call:2',
      outcome: 'done',
      code: null,
      requestId: null,
      details: null,
    });
    expect(items[2]).toEqual({
      at: '2026-11-01T10:02:00.000Z',
      userId: 8,
      role: 'agent',
      address: '203.0.113.21',
      action: 'call.hangup',
      subject: 'call:1',
      outcome: 'refused',
      code: 'CALL_NOT_FOUND',
      requestId: 'r3',
      details: null,
    });
  });

  it.each([
    ['?userId=7', ['call:1', 'call:1']],
    ['?action=call.start', ['call:1']],
    ['?action=call.start,task.update', ['task:5', 'call:1']],
    ['?outcome=refused', ['call:1']],
    ['?outcome=failed&userId=7', ['call:1']],
    ['?outcome=failed&userId=8', []],
    ['?subject=task:5', ['task:5']],
    ['?subject=call:1&userId=8', ['call:1']],
    ['?subject=call:1&action=task.update', []],
    ['?subject=call', []],
    ['?from=2026-11-01T10:01:00Z&to=2026-11-01T18:30:00Z', ['call:1', 'call:1']],
    // 18:30 in UTC is after midnight in Dhaka.
    ['?from=2026-11-02', ['call:2', 'task:5']],
    ['?to=2026-11-01', ['call:1', 'call:1', 'call:1']],
  ])('finds acts by %s', async (query, found) => {
    await someActs();
    expect(await subjects(query)).toEqual(found);
  });

  it('is read page by page, without an act twice or left out, while acts are added', async () => {
    await someActs();
    const seen: unknown[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const { items, nextCursor } = await list(`?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`);
      seen.push(...items.map(({ requestId, subject }) => requestId ?? subject));
      await app.db.query(
        `INSERT INTO telephony_audit (role, action, subject, outcome) VALUES ('agent', 'call.start', 'new', 'done')`,
      );
      cursor = nextCursor;
    }
    expect(seen).toEqual(['call:2', 'r4', 'r3', 'r2', 'r1']);
  });

  it.each([
    ['?action=call.steal', 'action'],
    ['?outcome=maybe', 'outcome'],
    ['?userId=x', 'userId'],
    ['?userId=7&userId=8', 'userId'],
    ['?subject=', 'subject'],
    ['?from=yesterday', 'from'],
    ['?to=2026-13-01', 'to'],
    ['?cursor=4711', 'cursor'],
    ['?limit=0', 'limit'],
    ['?role=agent', 'role'],
  ])('refuses %s and names the filter', async (query, field) => {
    const { status, body } = await app.get(AUDIT + query, SUPERVISOR);
    expect([status, body.code]).toEqual([400, 'VALIDATION_FAILED']);
    expect(body.details).toEqual([expect.objectContaining({ field, problem: expect.any(String) })]);
  });

  it('is closed to agents', async () => {
    expect((await app.get(AUDIT, AGENT_201)).body.code).toBe('FORBIDDEN');
  });

  it('loses the entries that are older than the limit', async () => {
    await app.db.query(
      `INSERT INTO telephony_audit (at, role, action, subject, outcome)
       SELECT now() - age, 'agent', 'call.start', age::text, 'done'
         FROM unnest(ARRAY['30 days 1 minute', '29 days 23 hours', '90 days']::interval[]) AS age`,
    );
    expect(await app.nest.get(AuditRetention).removeOld()).toBe(2);
    expect(await subjects('')).toEqual(['29 days 23:00:00']);
    expect(app.log.map(({ msg }) => msg)).toContain('Removed 2 entries of the audit older than 30 days');
  });
});
