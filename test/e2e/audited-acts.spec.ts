import { AuditRepository } from '../../src/modules/audit/audit.repository.js';
import { AGENT_201, AGENT_202, SUPERVISOR, TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { ADDRESS, ReceiptDesk } from '../support/receipt-desk.js';
import { webhooksOf } from '../support/webhook-lives.js';

const TASKS = '/api/crm/call-tasks';

describe('the audit has', () => {
  let database: TestDatabase;
  let app: TestApp;
  let desk: ReceiptDesk;

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await TestApp.start(database);
    desk = new ReceiptDesk(app);
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });
  beforeEach(() => app.clear());

  /** Who did what, oldest first. */
  async function acts(): Promise<unknown[]> {
    const entries = await app.nest.get(AuditRepository).find({ order: { id: 'ASC' } });
    return entries.map(({ userId, role, action, subject, outcome, code }) =>
      [userId, role, action, subject, outcome, code].filter((part) => part !== null).join(' '),
    );
  }

  async function task(status: string): Promise<void> {
    await app.db.query(
      `INSERT INTO crm_call_tasks (customer_id, priority, call_reason, status) VALUES ('01712345678', 'warm', 'missed_call', $1)`,
      [status],
    );
  }

  it('each change of a task, and each that was refused, with the address and id of the request', async () => {
    await task('pending');
    const done = await app.patch(`${TASKS}/1`, { status: 'completed' }, AGENT_202);
    expect(done.status).toBe(200);
    expect((await app.patch(`${TASKS}/1`, { status: 'pending' })).body.code).toBe('TASK_MOVE_ILLEGAL');
    expect((await app.patch(`${TASKS}/9`, { note: 'x' })).body.code).toBe('TASK_NOT_FOUND');
    await task('pending');
    await task('in_progress');
    expect((await app.patch(`${TASKS}/3`, { status: 'pending' })).body.code).toBe('TASK_ALREADY_PENDING');
    expect(await acts()).toEqual([
      '8 agent task.update task:1 done',
      '7 agent task.update task:1 refused TASK_MOVE_ILLEGAL',
      '7 agent task.update task:9 refused TASK_NOT_FOUND',
      '7 agent task.update task:3 refused TASK_ALREADY_PENDING',
    ]);
    const [entry] = await app.nest.get(AuditRepository).find({ order: { id: 'ASC' } });
    expect(entry).toMatchObject({ address: '127.0.0.1', requestId: done.headers['x-request-id'] });
  });

  it('no change of a task that is not committed', async () => {
    await task('pending');
    await app.db.query(`ALTER TABLE crm_call_tasks ADD CONSTRAINT ck_no_note CHECK (notes IS NULL)`);
    try {
      expect((await app.patch(`${TASKS}/1`, { note: 'x' })).status).toBe(500);
      expect(await acts()).toEqual([]);
    } finally {
      await app.db.query('ALTER TABLE crm_call_tasks DROP CONSTRAINT ck_no_note');
    }
  });

  it('replays and discards of receipts, with and without effect, but no dry run', async () => {
    const broken = webhooksOf('BN-1').ended(60, 50);
    const id = await desk.quarantine(broken);
    await desk.replay(id);
    await desk.replay(id, { dryRun: false });
    await desk.fix(id, broken);
    await desk.replay(id, { dryRun: false });
    await desk.replay(id, { dryRun: false });
    expect((await desk.discard(id)).body.code).toBe('RECEIPT_ALREADY_SETTLED');
    const other = await desk.quarantine(webhooksOf('BN-2').ended(60, 50));
    expect((await desk.discard(other)).status).toBe(200);
    expect((await desk.discard(other)).status).toBe(200);
    expect((await desk.discard('999')).body.code).toBe('RECEIPT_NOT_FOUND');
    expect(await acts()).toEqual([
      `1 supervisor receipt.replay receipt:${id} refused WEBHOOK_INVALID`,
      `1 supervisor receipt.replay receipt:${id} done`,
      `1 supervisor receipt.replay receipt:${id} refused RECEIPT_ALREADY_SETTLED`,
      `1 supervisor receipt.discard receipt:${id} refused RECEIPT_ALREADY_SETTLED`,
      `1 supervisor receipt.discard receipt:${other} done`,
      `1 supervisor receipt.discard receipt:999 refused RECEIPT_NOT_FOUND`,
    ]);
  });

  it('each look at full numbers in what the PBX sent, and no look at masked ones', async () => {
    const { route, body } = webhooksOf('BN-1').ended(60, 50);
    await app.webhook(route, body);
    await app.db.query('UPDATE telephony_calls SET agent_user_id = 7');
    const path = '/api/telephony/calls/1';
    expect((await app.get(path, SUPERVISOR)).body.receipts[0].body).toContain('BN-1');
    expect((await app.get(path, AGENT_201)).body.receipts).toBeUndefined();
    expect((await app.get('/api/telephony/calls', SUPERVISOR)).status).toBe(200);
    expect((await app.get(`${ADDRESS}/1`, SUPERVISOR)).status).toBe(200);
    expect((await app.get(`${ADDRESS}/1?unmasked=true`, SUPERVISOR)).status).toBe(200);
    expect((await app.get('/api/telephony/calls?include=meta', SUPERVISOR)).status).toBe(200);
    expect(await acts()).toEqual([
      '1 supervisor number.view call:1 done',
      '1 supervisor receipt.view receipt:1 done',
      '1 supervisor number.view calls done',
    ]);
    expect(app.log).toContainEqual(
      expect.objectContaining({
        msg: 'The receipts of a call were shown with numbers in full',
        ids: { call: 1, user: 1 },
      }),
    );
  });

  it('the routes that an agent tried although they are for supervisors', async () => {
    expect((await app.get(`${ADDRESS}/4711?unmasked=true`, AGENT_201)).status).toBe(403);
    expect((await app.get('/api/telephony/audit', AGENT_201)).status).toBe(403);
    expect(await acts()).toEqual([
      '7 agent route.call GET /api/telephony/webhook-receipts/:id refused FORBIDDEN',
      '7 agent route.call GET /api/telephony/audit refused FORBIDDEN',
    ]);
  });
});
