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

    it('are listed by several statuses separated by commas, and an unknown one is refused by name', async () => {
      for (const status of ['pending', 'in_progress', 'completed', 'failed']) await crmTask(app, { status });
      const answer = await app.get('/api/crm/call-tasks?status=pending,in_progress');
      expect(answer.body.items.map(({ status }: { status: string }) => status)).toEqual([
        'in_progress',
        'pending',
      ]);
      const { status, body } = await app.get('/api/crm/call-tasks?status=pending,open');
      expect([status, body.code, body.message]).toEqual([
        400,
        'VALIDATION_FAILED',
        'each status must be one of pending, in_progress, completed, skipped, failed',
      ]);
    });

    it('are read one by one by their id', async () => {
      const id = await crmTask(app, { customer_id: '4711', notes: 'first', call_reason: 'follow_up' });
      const { status, body } = await app.get(`/api/crm/call-tasks/${id}`);
      expect(status).toBe(200);
      expect(body).toEqual((await app.get('/api/crm/call-tasks')).body.items[0]);
      expect(body).toMatchObject({ id, customerId: '4711', notes: 'first', callReason: 'follow_up' });
    });

    it('are read by staff alone, and one that is not there is not found', async () => {
      const answers = [
        await app.get('/api/crm/call-tasks/99'),
        await app.get('/api/crm/call-tasks/first'),
        await app.get('/api/crm/call-tasks/99', { userId: 5, role: 'customer-account' }),
      ];
      expect(answers.map(({ status, body }) => [status, body.code])).toEqual([
        [404, 'TASK_NOT_FOUND'],
        [400, 'VALIDATION_FAILED'],
        [403, 'CUSTOMER_TOKEN_REFUSED'],
      ]);
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
        notes: 'first\nNote: two shirts',
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

    it.each(['x\r\ny\0', 'bell\u0007', 'esc\u001b[2K', '\u202eturned', ' \n '])(
      'refuse the note %j: control characters, turned writing, or nothing',
      async (note) => {
        const id = await crmTask(app, { notes: 'first' });
        const { status, body } = await app.patch(`/api/crm/call-tasks/${id}`, { note });
        expect([status, body.code]).toEqual([400, 'VALIDATION_FAILED']);
        expect((await app.tasks())[0]?.notes).toBe('first');
      },
    );

    it('keep their notes when none is sent', async () => {
      const id = await crmTask(app, { notes: 'first' });
      for (const nothing of [{ note: null }, { note: '' }, { status: null }, { note: 'x\0' }]) {
        expect((await app.patch(`/api/crm/call-tasks/${id}`, nothing)).body.code).toBe('VALIDATION_FAILED');
      }
      expect((await app.patch(`/api/crm/call-tasks/${id}`, {})).body).toMatchObject({ notes: 'first' });
    });

    it.each([
      'order_placed',
      'callback',
      'price_issue',
      'called',
      'busy',
      'unreachable',
      'connected_disqualified',
      'connected_whatsapp',
      'বন্ধ',
    ])('get and show the outcome %s, a word of the CRM', async (callOutcome) => {
      const id = await crmTask(app, {});
      const { status, body } = await app.patch(`/api/crm/call-tasks/${id}`, { callOutcome });
      expect([status, body.callOutcome]).toEqual([200, callOutcome]);
      expect((await app.get(`/api/crm/call-tasks/${id}`)).body.callOutcome).toBe(callOutcome);
    });

    it.each(['', 'not interested', 'a\nb', 'x'.repeat(101), 7, null])(
      'do not get the outcome %j, which is not one word',
      async (callOutcome) => {
        const id = await crmTask(app, {});
        const { status, body } = await app.patch(`/api/crm/call-tasks/${id}`, { callOutcome });
        expect([status, body.details[0]]).toEqual([
          400,
          {
            field: 'callOutcome',
            problem: 'callOutcome must be one word of at most 100 letters, digits, _ and -',
            rule: 'form',
          },
        ]);
      },
    );

    it('that are not there are not found', async () => {
      expect((await app.patch('/api/crm/call-tasks/99', { status: 'failed' })).body.code).toBe(
        'TASK_NOT_FOUND',
      );
    });

    it('do not go back to pending beside another pending missed call of the customer', async () => {
      await app.webhook('call-missed', missed(5));
      await app.patch('/api/crm/call-tasks/1', { status: 'in_progress' });
      await app.webhook('call-missed', missed(20));
      const answer = await app.patch('/api/crm/call-tasks/1', { status: 'pending' });
      expect([answer.status, answer.body.code]).toEqual([409, 'TASK_ALREADY_PENDING']);
    });

    it('do not go back to pending beside one whose number is written differently', async () => {
      const columns = { call_reason: 'missed_call', status: 'in_progress' };
      const id = await crmTask(app, { ...columns, customer_id: '+88 01712-345678' });
      await app.webhook('call-missed', missed(20));
      const answer = await app.patch(`/api/crm/call-tasks/${id}`, { status: 'pending' });
      expect([answer.status, answer.body.code]).toEqual([409, 'TASK_ALREADY_PENDING']);
      await app.patch('/api/crm/call-tasks/2', { status: 'completed' });
      const again = await app.patch(`/api/crm/call-tasks/${id}`, { status: 'pending' });
      expect([again.status, again.body.status]).toEqual([200, 'pending']);
    });
  });
});
