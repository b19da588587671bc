import { AGENT_201, TestApp } from '../support/app.js';
import { at, crmTask, missed, NUMBER } from '../support/call-tasks.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

const MISSED_CALL = { call_reason: 'missed_call' };

describe('tasks of the CRM', () => {
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

  async function event(route: string, id: string, minute: number, second: number, over: object) {
    const body = { bracknet_call_id: id, timestamp: at(minute, second), ...over };
    expect((await app.webhook(route, body)).status).toBe(200);
  }

  const incoming = (id: string, minute: number, from = NUMBER, extension = '201') =>
    event('incoming-call', id, minute, 0, { event: 'incoming_call', from, to_extension: extension });
  const answered = (id: string, minute: number, second: number, extension = '202') =>
    event('call-answered', id, minute, second, { event: 'call_answered', agent_extension: extension });
  const ended = (id: string, minute: number, second: number, duration: number) =>
    event('call-ended', id, minute, second, { event: 'call_ended', duration, end_reason: 'completed' });

  describe('whose number is written', () => {
    const WRITINGS = [
      '+88 01712345678',
      '01712-345678',
      '01712 345 678',
      '০১৭১২৩৪৫৬৭৮',
      '+৮৮০ ১৭১২-৩৪৫৬৭৮',
      '01712345678 / 01812345678',
      '01812345678, 01712345678',
      '01812345678 01712345678',
    ];

    it.each(WRITINGS)('%s gets a miss of the customer, and no second task is created', async (customerId) => {
      const id = await crmTask(app, { ...MISSED_CALL, customer_id: customerId, notes: 'ours' });
      await app.webhook('call-missed', missed(5));
      await app.webhook('call-missed', missed(15));
      expect(await app.tasks()).toMatchObject([
        { id, customerId, priority: 'hot', notes: expect.stringMatching(/^ours\nMissed.*\nMissed.*$/u) },
      ]);
    });

    it.each(WRITINGS)('%s is completed by a talk with the customer', async (customerId) => {
      await crmTask(app, { ...MISSED_CALL, customer_id: customerId });
      await incoming('BN-1', 30);
      await answered('BN-1', 30, 5);
      await ended('BN-1', 31, 5, 60);
      expect(await app.tasks()).toMatchObject([{ status: 'completed', callOutcome: 'connected' }]);
    });

    it.each(WRITINGS)('%s is listed by the number in another writing', async (customerId) => {
      await crmTask(app, { customer_id: customerId });
      await crmTask(app, { customer_id: '4711' });
      for (const number of [NUMBER, '8801712345678', '০১৭১২৩৪৫৬৭৮']) {
        const path = `/api/crm/call-tasks?customerPhone=${encodeURIComponent(number)}`;
        expect((await app.get(path)).body).toMatchObject({ total: 1, items: [{ customerId }] });
      }
    });

    it('with another country code is another customer’s, although its last ten digits are the same', async () => {
      await crmTask(app, { ...MISSED_CALL, customer_id: '+11712345678' });
      await app.webhook('call-missed', missed(5));
      expect((await app.tasks()).map(({ customerId }) => customerId)).toEqual(['+11712345678', NUMBER]);
      await incoming('BN-1', 30);
      await ended('BN-1', 31, 5, 60);
      expect((await app.tasks()).map(({ status }) => status)).toEqual(['pending', 'completed']);
      expect((await app.get(`/api/crm/call-tasks?customerPhone=${NUMBER}`)).body.total).toBe(1);
    });

    it('with fewer than ten digits is found as before', async () => {
      // Of the Faroe Islands.
      const id = await crmTask(app, { ...MISSED_CALL, customer_id: '+298201234' });
      await app.webhook('call-missed', missed(5, { from: '00298201234' }));
      expect(await app.tasks()).toMatchObject([{ id, priority: 'hot' }]);
      expect((await app.get('/api/crm/call-tasks?customerPhone=%2B298201234')).body.total).toBe(1);
    });
  });

  describe('that a miss was added to', () => {
    const ring = async (id: string, minute: number) => {
      await incoming(id, minute);
      await app.webhook('call-missed', missed(minute, { timestamp: at(minute, 15) }));
    };

    it('stay pending when the call was answered after all: with a line, and the priority from before', async () => {
      const id = await crmTask(app, { ...MISSED_CALL, customer_id: NUMBER, notes: 'ours' });
      await ring('BN-1', 1);
      expect(await app.tasks()).toMatchObject([{ id, priority: 'hot' }]);
      await answered('BN-1', 1, 15);
      await ended('BN-1', 1, 20, 5);
      expect(await app.tasks()).toMatchObject([
        {
          id,
          status: 'pending',
          priority: 'cold',
          notes: expect.stringMatching(/^ours\nMissed call on .*\n.*answered after all.*$/u),
        },
      ]);
    });

    it('keep a priority that somebody has set since', async () => {
      await crmTask(app, { ...MISSED_CALL, customer_id: NUMBER });
      await ring('BN-1', 1);
      await app.db.query(`UPDATE crm_call_tasks SET priority = 'warm'`);
      await answered('BN-1', 1, 15);
      expect(await app.tasks()).toMatchObject([{ status: 'pending', priority: 'warm' }]);
    });

    it('stay hot while one of several misses is left, and get their priority back with the last', async () => {
      await crmTask(app, { ...MISSED_CALL, customer_id: '01712-345678' });
      await ring('BN-1', 1);
      await ring('BN-2', 20);
      await answered('BN-1', 1, 15);
      await ended('BN-1', 1, 20, 5);
      expect(await app.tasks()).toMatchObject([{ status: 'pending', priority: 'hot' }]);
      await answered('BN-2', 20, 15);
      expect(await app.tasks()).toMatchObject([{ status: 'pending', priority: 'cold' }]);
    });

    it('are completed by a talk that turns out to have been before the miss, which gets a task of its own', async () => {
      await crmTask(app, { ...MISSED_CALL, customer_id: NUMBER });
      await app.webhook('call-missed', missed(12));
      await incoming('BN-1', 10, NUMBER, '202');
      await answered('BN-1', 10, 5);
      expect(await app.tasks()).toMatchObject([{ status: 'pending', priority: 'cold' }]);
      await ended('BN-1', 11, 5, 60);
      expect(await app.tasks()).toMatchObject([
        { status: 'completed', callOutcome: 'connected', priority: 'cold' },
        { status: 'pending', priority: 'warm' },
      ]);
    });

    it('are completed when the call turns out to have been a talk', async () => {
      await crmTask(app, { ...MISSED_CALL, customer_id: NUMBER });
      await ring('BN-1', 1);
      await answered('BN-1', 1, 15);
      await ended('BN-1', 2, 15, 60);
      expect(await app.tasks()).toMatchObject([{ status: 'completed', callOutcome: 'connected' }]);
    });
  });

  describe('that the CRM has closed, with customer REMOVED and other notes', () => {
    async function close(id: number): Promise<void> {
      await app.db.query(
        `UPDATE crm_call_tasks SET status = 'completed', call_outcome = 'order_placed', customer_id = 'REMOVED',
                notes = 'closed by the CRM' WHERE id = $1`,
        [id],
      );
    }
    const CLOSED = { customerId: 'REMOVED', status: 'completed', callOutcome: 'order_placed' };

    it('stay as they are when their miss is withdrawn, and the next miss has a task of its own', async () => {
      await incoming('BN-1', 1);
      await app.webhook('call-missed', missed(1, { timestamp: at(1, 15) }));
      await close(1);
      await answered('BN-1', 1, 15);
      await ended('BN-1', 1, 20, 5);
      expect(await app.tasks()).toMatchObject([{ ...CLOSED, notes: 'closed by the CRM' }]);
      await app.webhook('call-missed', missed(40));
      expect(await app.tasks()).toMatchObject([
        { ...CLOSED, notes: 'closed by the CRM' },
        { customerId: NUMBER, status: 'pending', priority: 'warm' },
      ]);
    });

    it('stay as they are when the customer is reached later', async () => {
      await app.webhook('call-missed', missed(1));
      await close(1);
      await incoming('BN-1', 30);
      await ended('BN-1', 31, 5, 60);
      expect(await app.tasks()).toMatchObject([{ ...CLOSED, notes: 'closed by the CRM' }]);
    });

    it('get the summary of the call that was started from them', async () => {
      const id = await crmTask(app, { customer_id: NUMBER });
      const request = { agent_extension: '201', customer_number: NUMBER, crm_call_id: String(id) };
      const { body } = await app.post('/api/call/start', request, AGENT_201);
      await close(id);
      const report = { event: 'call_ended', bracknet_call_id: body.bracknet_call_id, duration: 95 };
      expect((await app.webhook('call-ended', report)).body.result).toBe('accepted');
      expect(await app.tasks()).toMatchObject([
        { ...CLOSED, notes: expect.stringMatching(/^closed by the CRM\nCall on .* talked 1 min 35 s/u) },
      ]);
    });

    it('may be several that are still pending, and change no other', async () => {
      for (const minute of [1, 2]) {
        await app.webhook('call-missed', missed(minute, { from: `0181234567${minute}` }));
        await app.db.query(`UPDATE crm_call_tasks SET customer_id = 'REMOVED' WHERE id = $1`, [minute]);
      }
      await app.patch('/api/crm/call-tasks/1', { status: 'in_progress' });
      expect((await app.patch('/api/crm/call-tasks/1', { status: 'pending' })).status).toBe(200);
      await app.webhook('call-missed', missed(3, { from: '01812345671' }));
      expect(await app.tasks()).toMatchObject([
        { customerId: 'REMOVED', status: 'pending', priority: 'warm' },
        { customerId: 'REMOVED', status: 'pending', priority: 'warm' },
        { customerId: '01812345671', status: 'pending', priority: 'warm' },
      ]);
    });
  });

  it('under a customer’s id are linked to the call that is started from them', async () => {
    await app.db.query(`INSERT INTO customers (id, name, mobile) VALUES (4711, 'Rahim', '+88 ' || $1)`, [
      NUMBER,
    ]);
    const id = await crmTask(app, { customer_id: '4711', call_reason: 'order_confirmation' });
    const request = { agent_extension: '201', customer_number: NUMBER, crm_call_id: id };
    const { body } = await app.post('/api/call/start', request, AGENT_201);
    expect(body).toMatchObject({ status: 'success', crm_task_id: id });
    expect(await app.tasks()).toMatchObject([{ customerId: '4711', status: 'in_progress' }]);
    const report = { event: 'call_ended', bracknet_call_id: body.bracknet_call_id, end_reason: 'busy' };
    await app.webhook('call-ended', report);
    expect(await app.tasks()).toMatchObject([
      { customerId: '4711', status: 'in_progress', notes: expect.stringMatching(/^Call on .*busy/u) },
    ]);
  });

  it.each([
    ['another number', '01812345679'],
    ['the id of a customer with other numbers', '4712'],
    ['the id of a customer that is not there', '4799'],
    ['no customer any more', 'REMOVED'],
  ])('under %s are neither linked nor noted, and the call goes out', async (_what, customer) => {
    await app.db.query(
      `INSERT INTO customers (id, name, phone, mobile) VALUES (4712, 'Karim', '01812345679', '01912345678')`,
    );
    const id = await crmTask(app, { customer_id: customer, notes: 'ours' });
    const request = { agent_extension: '201', customer_number: NUMBER, crm_call_id: String(id) };
    const { body } = await app.post('/api/call/start', request, AGENT_201);
    expect(body).toMatchObject({ status: 'success', crm_task_id: null });
    const report = { event: 'call_ended', bracknet_call_id: body.bracknet_call_id, duration: 95 };
    await app.webhook('call-ended', report);
    expect(await app.tasks()).toMatchObject([{ id, customerId: customer, status: 'pending', notes: 'ours' }]);
    expect(await app.onlyCall()).toMatchObject({ taskId: null, crmCallId: String(id) });
  });

  it.each(['+88 01712-345678', '০১৭১২৩৪৫৬৭৮', '01812345679, 8801712345678'])(
    'under the number that is called, written as %s, are linked',
    async (customer) => {
      const id = await crmTask(app, { customer_id: customer });
      const request = { agent_extension: '201', customer_number: NUMBER, crm_call_id: String(id) };
      expect((await app.post('/api/call/start', request, AGENT_201)).body.crm_task_id).toBe(id);
    },
  );
});
