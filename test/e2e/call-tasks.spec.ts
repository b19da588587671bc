import { AGENT_201, SUPERVISOR, TestApp } from '../support/app.js';
import { at, crmTask, missed, NUMBER } from '../support/call-tasks.js';
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

  /** An inbound call that was answered and lasted. */
  async function talk(id: string, minute: number, seconds: number): Promise<void> {
    await app.webhook('incoming-call', {
      event: 'incoming_call',
      from: NUMBER,
      to_extension: '202',
      bracknet_call_id: id,
      timestamp: at(minute),
    });
    await app.webhook('call-answered', {
      event: 'call_answered',
      bracknet_call_id: id,
      agent_extension: '202',
      timestamp: at(minute, 5),
    });
    await app.webhook('call-ended', {
      event: 'call_ended',
      bracknet_call_id: id,
      duration: seconds,
      end_reason: 'completed',
      timestamp: at(minute, 5 + seconds),
    });
  }

  describe('of a missed customer', () => {
    it('are made at once: pending, warm, due today in Dhaka, under the national number', async () => {
      await app.webhook('call-missed', missed(5, { from: '+880 1712-345678' }));
      const [task, ...others] = await app.tasks();
      expect(others).toEqual([]);
      expect(task).toMatchObject({
        customerId: NUMBER,
        callReason: 'missed_call',
        status: 'pending',
        priority: 'warm',
        callOutcome: null,
        taskDate: new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Dhaka' }).format(new Date()),
        notes: 'Missed call on 2026-01-03 17:05:00 (call 1).',
      });
    });

    it('get a line and turn hot with each further miss', async () => {
      for (const minute of [5, 15, 25]) await app.webhook('call-missed', missed(minute));
      const [task, ...others] = await app.tasks();
      expect(others).toEqual([]);
      expect(task).toMatchObject({ priority: 'hot', status: 'pending' });
      expect(task?.notes?.split('\n')).toHaveLength(3);
    });

    it('are not touched by the same miss delivered again', async () => {
      await app.webhook('call-missed', missed(5));
      const before = await app.tasks();
      await app.webhook('call-missed', missed(5));
      expect(await app.tasks()).toEqual(before);
    });

    it('are the CRM’s pending ones where they exist, in any format of the number', async () => {
      const id = await crmTask(app, {
        customer_id: '+8801712345678',
        call_reason: 'missed_call',
        notes: 'ours',
      });
      await app.webhook('call-missed', missed(5));
      const tasks = await app.tasks();
      expect(tasks).toHaveLength(1);
      expect(tasks[0]).toMatchObject({
        id,
        priority: 'hot',
        notes: expect.stringMatching(/^ours\nMissed call/u),
      });
    });

    it('leave a task alone that the CRM has under an id of its sequence, and are made with a further one', async () => {
      await app.webhook('call-missed', missed(0, { from: '01812345678' }));
      const next = Number((await app.tasks())[0]?.id) + 1;
      await app.db.query(
        `INSERT INTO crm_call_tasks (id, customer_id, priority, call_reason, status, call_outcome, notes)
         VALUES ($1, '42', 'cold', 'reorder', 'completed', 'order_confirmed', '3 boxes')`,
        [next],
      );
      const answer = await app.webhook('call-missed', missed(5));
      expect(answer.body.result).toBe('accepted');
      expect((await app.tasks()).find(({ id }) => id === next)).toMatchObject({
        customerId: '42',
        status: 'completed',
        callOutcome: 'order_confirmed',
        notes: '3 boxes',
      });
      expect((await app.receipts()).map(({ outcome }) => outcome)).toEqual(['applied', 'applied']);
      expect((await app.tasks()).filter(({ customerId }) => customerId === NUMBER)).toMatchObject([
        { status: 'pending', priority: 'warm' },
      ]);
    });

    it('are created beside pending tasks with other reasons, and again after one was completed', async () => {
      await crmTask(app, { customer_id: NUMBER, call_reason: 'follow_up' });
      await crmTask(app, { customer_id: NUMBER, call_reason: 'missed_call', status: 'completed' });
      await app.webhook('call-missed', missed(5));
      expect((await app.tasks()).map(({ callReason, status }) => [callReason, status])).toEqual([
        ['follow_up', 'pending'],
        ['missed_call', 'completed'],
        ['missed_call', 'pending'],
      ]);
    });

    it('are assigned to the agent of the customer', async () => {
      await app.db.query(
        `INSERT INTO customers (name, mobile, assigned_to) VALUES ('Rahim', '01712-345678', 42)`,
      );
      await app.webhook('call-missed', missed(5));
      expect((await app.tasks())[0]?.assignedAgentId).toBe(42);
      expect((await app.onlyCall()).customerId).toBe(1);
    });

    it('are nobody’s where several customers have the number, until the staff chooses one', async () => {
      await app.db.query(
        `INSERT INTO customers (name, mobile, assigned_to) VALUES ('Rahim', '01712345678', 42), ('Karim', '01712345678', 43)`,
      );
      await app.webhook('call-missed', missed(5));
      const call = await app.onlyCall();
      expect([call.customerId, (await app.tasks())[0]?.assignedAgentId]).toEqual([1, null]);
      const chosen = await app.post(
        `/api/telephony/calls/${call.id}/customer`,
        { customerId: 2 },
        SUPERVISOR,
      );
      expect(chosen.status).toBe(204);
      await app.db.query(`UPDATE crm_call_tasks SET status = 'completed'`);
      await app.webhook('call-missed', missed(25));
      expect((await app.tasks()).map(({ assignedAgentId }) => assignedAgentId)).toEqual([null, 43]);
    });

    it('are made for every way of not being served, but not for extensions and withheld numbers', async () => {
      const reasons = ['busy', 'cancel', 'failed', 'timeout'];
      for (const [index, reason] of reasons.entries()) {
        const id = `BN-${index}`;
        const from = `0171234560${index}`;
        await app.webhook('incoming-call', {
          event: 'incoming_call',
          from,
          bracknet_call_id: id,
          timestamp: at(1),
        });
        await app.webhook('call-ended', {
          event: 'call_ended',
          bracknet_call_id: id,
          end_reason: reason,
          timestamp: at(2),
        });
      }
      expect(await app.tasks()).toHaveLength(reasons.length);
      await app.webhook('call-missed', missed(5, { from: '202' }));
      await app.webhook('call-missed', missed(6, { from: 'anonymous' }));
      expect(await app.tasks()).toHaveLength(reasons.length);
    });

    it('are not created when an agent talked to the customer at that time', async () => {
      await talk('BN-LONG', 1, 600);
      await app.webhook('call-missed', missed(9));
      expect(await app.tasks()).toEqual([]);
      expect((await app.calls())[1]).toMatchObject({ disposition: 'answered_elsewhere', status: 'failed' });
    });

    it('are skipped when the call turns out to have been answered', async () => {
      const id = 'BN-GROUP';
      await app.webhook('incoming-call', {
        event: 'incoming_call',
        from: NUMBER,
        to_extension: '201',
        bracknet_call_id: id,
        timestamp: at(4, 40),
      });
      await app.webhook('call-missed', missed(5));
      expect((await app.tasks())[0]?.status).toBe('pending');
      await app.webhook('call-answered', {
        event: 'call_answered',
        bracknet_call_id: id,
        agent_extension: '202',
        timestamp: at(5, 2),
      });
      const [task] = await app.tasks();
      expect(task).toMatchObject({
        status: 'skipped',
        notes: expect.stringContaining('answered after all by extension 202'),
      });
      expect((await app.onlyCall()).status).toBe('answered');
    });

    it('are reopened when the talk that seemed to cover the miss had ended before it', async () => {
      await app.webhook('call-missed', missed(12));
      const call = { bracknet_call_id: 'BN-EARLIER' };
      const incoming = { event: 'incoming_call', from: NUMBER, to_extension: '202', timestamp: at(10) };
      await app.webhook('incoming-call', { ...call, ...incoming });
      await app.webhook('call-answered', { ...call, event: 'call_answered', timestamp: at(10, 5) });
      expect((await app.tasks()).map(({ status }) => status)).toEqual(['skipped']);
      await app.webhook('call-ended', { ...call, event: 'call_ended', duration: 60, timestamp: at(11, 5) });
      expect((await app.tasks()).map(({ status }) => status)).toEqual(['pending']);
    });

    it('stay pending while they have another miss', async () => {
      await app.webhook('call-missed', missed(1));
      await app.webhook('incoming-call', {
        event: 'incoming_call',
        from: NUMBER,
        to_extension: '201',
        bracknet_call_id: 'BN-2',
        timestamp: at(9, 40),
      });
      await app.webhook('call-missed', missed(10));
      await app.webhook('call-answered', {
        event: 'call_answered',
        bracknet_call_id: 'BN-2',
        agent_extension: '202',
        timestamp: at(10, 1),
      });
      expect((await app.tasks()).map(({ status }) => status)).toEqual(['pending']);
    });

    it('are completed when the customer is reached later, by a call of either direction', async () => {
      await app.webhook('call-missed', missed(5));
      await talk('BN-BACK', 30, 10);
      expect(await app.tasks()).toEqual([
        expect.objectContaining({
          status: 'completed',
          callOutcome: 'connected',
          completedAt: expect.any(String),
          notes: expect.stringContaining(
            'Customer reached by the call that ended on 2026-01-03 17:30:15, talked 10 s',
          ),
        }),
      ]);

      await app.webhook('call-missed', missed(40));
      const { body } = await app.post('/api/call/start', { agent_extension: '201', customer_number: NUMBER });
      await app.webhook('call-ended', {
        event: 'call_ended',
        bracknet_call_id: body.bracknet_call_id,
        duration: 95,
      });
      expect((await app.tasks()).map(({ status }) => status)).toEqual(['completed', 'completed']);
    });

    it('tell the length of the talk that completed them as it is known in the end', async () => {
      await app.webhook('call-missed', missed(5));
      await talk('BN-BACK', 30, 10);
      const [before] = await app.tasks();
      await app.webhook('call-ended', {
        event: 'call_ended',
        bracknet_call_id: 'BN-BACK',
        timestamp: at(31, 10),
        duration: 65,
      });
      const [task] = await app.tasks();
      expect(task?.notes).toContain('the call that ended on 2026-01-03 17:30:15, talked 1 min 5 s');
      expect(task).toMatchObject({ status: 'completed', completedAt: before?.completedAt });
      expect(task?.notes?.match(/Customer reached/gu)).toHaveLength(1);
    });

    it('are not completed by a talk of under 10 seconds, nor by one before the miss', async () => {
      await app.webhook('call-missed', missed(30));
      await talk('BN-SHORT', 40, 9);
      await talk('BN-BEFORE', 10, 60);
      expect((await app.tasks()).map(({ status }) => status)).toEqual(['pending']);
    });

    it('are created and completed when the event of the later talk is received first', async () => {
      await talk('BN-BACK', 30, 60);
      await app.webhook('call-missed', missed(5));
      expect((await app.tasks()).map(({ status }) => status)).toEqual(['completed']);
    });
  });

  describe('that a call was started from', () => {
    async function start(taskId: number | string, over: object = {}) {
      const request = {
        agent_extension: '201',
        customer_number: NUMBER,
        crm_call_id: String(taskId),
        ...over,
      };
      return app.post('/api/call/start', request, AGENT_201);
    }

    it('are linked and in progress', async () => {
      const id = await crmTask(app, { customer_id: NUMBER, notes: 'first' });
      expect((await start(id)).body.crm_task_id).toBe(id);
      expect((await app.tasks())[0]).toMatchObject({ status: 'in_progress', notes: 'first' });
      expect((await app.onlyCall()).taskId).toBe(id);
    });

    it('that are not there keep no call from going out', async () => {
      expect((await start(4711)).body).toMatchObject({ status: 'success', crm_task_id: null });
      expect((await start('99999999999', { customer_number: '01812345678' })).body.crm_task_id).toBeNull();
    });

    it('get one summary when the call ends, however often that is reported', async () => {
      const id = await crmTask(app, { customer_id: NUMBER, notes: 'first' });
      const call = (await start(id)).body.bracknet_call_id;
      await app.webhook('call-answered', {
        event: 'call_answered',
        bracknet_call_id: call,
        agent_extension: '201',
        timestamp: '2030-01-03T10:30:10Z',
      });
      const ended = { event: 'call_ended', bracknet_call_id: call, duration: 135, end_reason: 'completed' };
      await app.webhook('call-ended', { ...ended, timestamp: '2030-01-03T10:32:25Z' });
      await app.webhook('call-ended', { ...ended, timestamp: '2030-01-03T10:32:26Z' });
      const [task] = await app.tasks();
      const lines = task?.notes?.split('\n') ?? [];
      expect(lines).toEqual([
        'first',
        expect.stringMatching(
          /^Call on \d{4}-\d\d-\d\d \d\d:\d\d:\d\d: outbound completed, talked 2 min 15 s, extension 201, reason completed \(call 1\)\.$/u,
        ),
      ]);
      expect(task?.status).toBe('in_progress');
    });
  });

  it('of the CRM are updated, not inserted: its rules and triggers for inserts do not run', async () => {
    const id = await crmTask(app, { call_reason: 'missed_call', customer_id: NUMBER, notes: 'ours' });
    await app.db.query(
      `CREATE FUNCTION only_by_the_crm() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN RAISE EXCEPTION 'a task made by somebody else'; END $$`,
    );
    await app.db.query(
      `CREATE TRIGGER only_by_the_crm BEFORE INSERT ON crm_call_tasks
       FOR EACH ROW EXECUTE FUNCTION only_by_the_crm()`,
    );
    try {
      await app.webhook('call-missed', missed(5));
    } finally {
      await app.db.query('DROP TRIGGER only_by_the_crm ON crm_call_tasks');
      await app.db.query('DROP FUNCTION only_by_the_crm');
    }
    expect(await app.tasks()).toMatchObject([
      { id, priority: 'hot', notes: expect.stringMatching(/^ours\n/u) },
    ]);
  });
});
