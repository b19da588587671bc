import { TestApp } from '../support/app.js';
import { crmTask, missed, NUMBER } from '../support/call-tasks.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

describe('call tasks', () => {
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

  describe('as the call desk works them', () => {
    it('are listed by status, reason and number in any writing, newest first', async () => {
      await crmTask(app, { customer_id: '77', call_reason: 'follow_up' });
      await app.webhook('call-missed', missed(5));
      await app.webhook('call-missed', missed(6, { from: '01812345678' }));
      const list = async (query: string) => (await app.get(`/api/crm/call-tasks?${query}`)).body;
      expect((await list('')).items.map(({ id }: { id: number }) => id)).toEqual([3, 2, 1]);
      expect(await list('status=pending&reason=missed_call&customerPhone=%2B8801712345678')).toMatchObject({
        total: 1,
        page: 1,
        limit: 50,
        items: [{ customerId: NUMBER }],
      });
      expect((await list('customerPhone=77')).total).toBe(1);
      expect((await list('status=completed')).items).toEqual([]);
    });

    it('move on by the rules, with outcome and note', async () => {
      const id = await crmTask(app, { notes: 'first' });
      const change = { status: 'completed', callOutcome: 'order_confirmed', note: 'two shirts' };
      const { status, body } = await app.patch(`/api/crm/call-tasks/${id}`, change);
      expect(status).toBe(200);
      expect(body).toMatchObject({
        id,
        status: 'completed',
        callOutcome: 'order_confirmed',
        notes: 'first\ntwo shirts',
        completedAt: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/u),
      });
    });

    it.each([
      ['completed', 'pending', 409, 'TASK_MOVE_ILLEGAL'],
      ['skipped', 'in_progress', 409, 'TASK_MOVE_ILLEGAL'],
      ['failed', 'completed', 409, 'TASK_MOVE_ILLEGAL'],
      ['pending', 'gone', 400, 'VALIDATION_FAILED'],
    ])('that are %s do not become %s', async (from, to, status, code) => {
      const id = await crmTask(app, { status: from });
      const answer = await app.patch(`/api/crm/call-tasks/${id}`, { status: to });
      expect([answer.status, answer.body.code]).toEqual([status, code]);
      expect((await app.tasks())[0]?.status).toBe(from);
    });

    it('of which the CRM left the status open move like pending ones', async () => {
      const id = await crmTask(app, {});
      await app.db.query('UPDATE crm_call_tasks SET status = NULL');
      expect((await app.patch(`/api/crm/call-tasks/${id}`, { status: 'in_progress' })).body.status).toBe(
        'in_progress',
      );
    });

    it('keep their notes when none is sent', async () => {
      const id = await crmTask(app, { notes: 'first' });
      for (const nothing of [{ note: null }, { note: '' }, { status: null }, { note: 'x\0' }]) {
        expect((await app.patch(`/api/crm/call-tasks/${id}`, nothing)).body.code).toBe('VALIDATION_FAILED');
      }
      expect((await app.patch(`/api/crm/call-tasks/${id}`, {})).body).toMatchObject({ notes: 'first' });
    });

    it('that are not there are not found, and an outcome must be one', async () => {
      expect((await app.patch('/api/crm/call-tasks/99', { status: 'failed' })).body.code).toBe(
        'TASK_NOT_FOUND',
      );
      const id = await crmTask(app, {});
      const answer = await app.patch(`/api/crm/call-tasks/${id}`, { callOutcome: 'bored' });
      expect([answer.status, answer.body.details[0].field]).toEqual([400, 'callOutcome']);
    });

    it('do not go back to pending beside another pending missed call of the customer', async () => {
      await app.webhook('call-missed', missed(5));
      await app.patch('/api/crm/call-tasks/1', { status: 'in_progress' });
      await app.webhook('call-missed', missed(20));
      const answer = await app.patch('/api/crm/call-tasks/1', { status: 'pending' });
      expect([answer.status, answer.body.code]).toEqual([409, 'TASK_ALREADY_PENDING']);
    });
  });
});
