import { CallTask } from '../../src/modules/crm/call-tasks/call-task.entity.js';
import { Customer } from '../../src/modules/crm/customers/customer.entity.js';
import { AGENT_201, AGENT_202, SUPERVISOR } from '../support/app.js';
import { useLiveMode } from '../support/live-mode.js';

/** As the CRM issues them: without an extension. */
const CRM_AGENT = { userId: 9, role: 'agent' };

describe('a call from a task', () => {
  const live = useLiveMode();

  async function taskOf(customerId: string, columns: Partial<CallTask> = {}): Promise<number> {
    const task = { customerId, priority: 'warm', status: 'in_progress', ...columns } as const;
    return (await live.app.db.manager.save(CallTask, { ...task })).id;
  }

  async function customerWith(numbers: Partial<Customer>): Promise<string> {
    const customer = await live.app.db.manager.save(Customer, { name: 'Rahim', ...numbers });
    return String(customer.id);
  }

  const initiate = (body: object, user = AGENT_201, headers: Record<string, string> = {}) =>
    live.app.post('/api/telephony/calls/initiate', body, user, headers);

  const dialled = async () =>
    (await live.pbx.requests('start')).map(
      ({ body }) => (body as { customer_number: string }).customer_number,
    );

  it('is answered 201 with what the CRM’s page reads, and links the task', async () => {
    await live.pbx.behave({ scenario: 'hung-up' });
    const taskId = await taskOf('01712345678');
    const { status, body } = await initiate({ taskId, agentUserId: 7 });
    await live.pbx.deliveredWebhooks(1);
    expect(status).toBe(201);
    const call = await live.app.onlyCall();
    expect(body).toEqual({
      telephonyCallId: call.id,
      externalCallId: call.externalCallId,
      mode: 'live',
      taskId,
    });
    expect(call).toMatchObject({ taskId, agentUserId: 7, agentPhone: '201' });
  });

  it.each(['01712345678', '+8801712345678', '8801712345678', '01712-345678', '০১৭১২৩৪৫৬৭৮', '1712345678'])(
    'reads the number of a task written as %s',
    async (customerId) => {
      await initiate({ taskId: await taskOf(customerId) });
      expect(await dialled()).toEqual(['01712345678']);
    },
  );

  it('calls the customer whose id the task has, and never dials the id', async () => {
    const id = await customerWith({ phone: '01812345678' });
    await initiate({ taskId: await taskOf(id) });
    expect(await dialled()).toEqual(['01812345678']);
  });

  it('calls the first valid number of the customer', async () => {
    const id = await customerWith({ phone: 'none', mobile: '01912-345678', source: '+8801612345678' });
    await initiate({ taskId: await taskOf(id) });
    expect(await dialled()).toEqual(['01912345678']);
  });

  it.each([
    ['an id that no customer has', '29876543', /neither a telephone number nor the id/u],
    ['a removed customer', 'REMOVED', /was removed/u],
    ['words', 'walk-in', /neither a telephone number nor the id/u],
  ])('is refused for a task with %s', async (_what, customerId, why) => {
    const { status, body } = await initiate({ taskId: await taskOf(customerId) });
    expect([status, body.code]).toEqual([422, 'TASK_HAS_NO_NUMBER']);
    expect(body.message).toMatch(why);
    expect(await dialled()).toEqual([]);
  });

  it('is refused for a customer without a valid number', async () => {
    const id = await customerWith({ phone: '123' });
    const { status, body } = await initiate({ taskId: await taskOf(id) });
    expect([status, body.code]).toEqual([422, 'TASK_HAS_NO_NUMBER']);
  });

  it('is refused for a task that does not exist', async () => {
    const { status, body } = await initiate({ taskId: 999 });
    expect([status, body.code]).toEqual([404, 'TASK_NOT_FOUND']);
  });

  it('ignores a telephone number as agentPhone, which the CRM’s page sends', async () => {
    const { status } = await initiate({ taskId: await taskOf('01712345678'), agentPhone: '01555000111' });
    expect(status).toBe(201);
    expect((await live.app.onlyCall()).agentPhone).toBe('201');
  });

  it('is made once for one Idempotency-Key', async () => {
    const taskId = await taskOf('01712345678');
    const headers = { 'Idempotency-Key': 'click-1' };
    const [first, second] = [
      await initiate({ taskId }, AGENT_201, headers),
      await initiate({ taskId }, AGENT_201, headers),
    ];
    expect(second.body).toEqual(first.body);
    expect(await dialled()).toHaveLength(1);
  });

  it('is refused to an agent in the name of another', async () => {
    const { status, body } = await initiate({ taskId: await taskOf('01712345678'), agentUserId: 8 });
    expect([status, body.code]).toEqual([403, 'FORBIDDEN']);
  });

  it('rings the extension that a supervisor names', async () => {
    const taskId = await taskOf('01712345678');
    const { status } = await initiate({ taskId, agentUserId: 8, agentPhone: '202' }, SUPERVISOR);
    expect(status).toBe(201);
    expect(await live.app.onlyCall()).toMatchObject({ agentPhone: '202' });
    expect((await live.pbx.requests('start')).map(({ body }) => body)).toMatchObject([{ agent_id: '8' }]);
  });

  const hold = (extension: string, userId: number | null) =>
    live.app.put(`/api/telephony/extensions/${extension}`, { userId }, SUPERVISOR);

  it('never rings the supervisor where the user whom he names has no extension', async () => {
    const supervisor = { ...SUPERVISOR, extension: '100' };
    const { status, body } = await initiate(
      { taskId: await taskOf('01712345678'), agentUserId: 55, agentPhone: '01555000111' },
      supervisor,
    );
    expect([status, body.code]).toEqual([400, 'VALIDATION_FAILED']);
    expect(body.details).toEqual([
      { field: 'agentUserId', problem: 'user 55 has no extension', rule: 'unsuitable' },
    ]);
    expect(body.message).toContain('assign one');
    expect(await dialled()).toEqual([]);
  });

  it('that a supervisor starts for an agent is the agent’s: his call, his task, in his list', async () => {
    const taskId = await taskOf('01712345678', { callReason: 'missed_call', status: 'pending' });
    const started = await initiate({ taskId, agentUserId: 7, agentPhone: '201' }, SUPERVISOR);
    const call = (await live.app.calls()).find(({ id }) => id === started.body.telephonyCallId);
    expect(call).toMatchObject({ agentUserId: 7, userIds: [1, 7], taskId });
    expect(await live.app.tasks()).toMatchObject([{ assignedAgentId: 7 }]);
    const { body } = await live.app.get('/api/telephony/calls', { userId: 7, role: 'agent' });
    expect(body.items).toMatchObject([{ id: call?.id }]);
    expect(await live.app.audit()).toMatchObject([{ action: 'call.start', userId: 1, outcome: 'done' }]);
  });

  it('that a supervisor starts for two agents to one customer rings both', async () => {
    await live.pbx.behave({ scenario: 'hung-up' });
    const taskId = await taskOf('01712345678');
    const of = (agentUserId: number, agentPhone: string) =>
      initiate({ taskId, agentUserId, agentPhone }, SUPERVISOR);
    const [first, second] = [await of(55, '205'), await of(7, '201')];
    expect(second.body.telephonyCallId).not.toBe(first.body.telephonyCallId);
    expect(await dialled()).toHaveLength(2);
  });

  it('may not ring an extension that another user holds', async () => {
    await hold('203', 8);
    const taskId = await taskOf('01712345678');
    const { status, body } = await initiate({ taskId, agentPhone: '203' }, CRM_AGENT);
    expect([status, body.code]).toEqual([403, 'EXTENSION_NOT_YOURS']);
    expect(await dialled()).toEqual([]);
    expect((await initiate({ taskId, agentPhone: '204' }, CRM_AGENT)).status).toBe(201);
    expect((await initiate({ taskId, agentPhone: '203' }, SUPERVISOR)).status).toBe(201);
  });

  it('has each refusal in the audit once', async () => {
    const withoutNumber = await taskOf('walk-in');
    const callable = await taskOf('01712345678');
    await initiate({ taskId: 999 });
    await initiate({ taskId: withoutNumber });
    await initiate({ taskId: callable, agentUserId: 8 });
    await initiate({ taskId: callable, agentPhone: '202' });
    const refused = { action: 'call.start', userId: 7, outcome: 'refused' };
    expect(await live.app.audit()).toMatchObject([
      { ...refused, code: 'TASK_NOT_FOUND', subject: 'task:999' },
      { ...refused, code: 'TASK_HAS_NO_NUMBER', subject: `task:${withoutNumber}` },
      { ...refused, code: 'FORBIDDEN', subject: `task:${callable}` },
      { ...refused, code: 'EXTENSION_NOT_YOURS', subject: 'extension:202' },
    ]);
  });

  it('says how to get an extension where the agent has none', async () => {
    const { status, body } = await initiate({ taskId: await taskOf('01712345678') }, CRM_AGENT);
    expect([status, body.code]).toEqual([400, 'VALIDATION_FAILED']);
    expect(body.message).toMatch(/extension/u);
  });

  it.each([
    [{ taskId: '42' }, /taskId/u],
    [{ taskId: 0 }, /taskId/u],
    [{}, /taskId/u],
    [{ taskId: 1, agentUserId: 'seven' }, /agentUserId/u],
    [{ taskId: 1, extra: 1 }, /extra/u],
  ])('is refused with what is wrong in %j', async (body, field) => {
    const answer = await initiate(body);
    expect([answer.status, answer.body.code]).toEqual([400, 'VALIDATION_FAILED']);
    expect(JSON.stringify(answer.body)).toMatch(field);
  });

  describe('of a missed customer', () => {
    const missed = (columns: Partial<CallTask>) =>
      taskOf('01712345678', { callReason: 'missed_call', status: 'pending', ...columns });
    const assignedTo = async () => (await live.app.tasks()).map(({ assignedAgentId }) => assignedAgentId);

    it('claims the task for who calls back', async () => {
      await initiate({ taskId: await missed({ assignedAgentId: null }) });
      expect(await assignedTo()).toEqual([7]);
    });

    it('claims a pending task from the agent it is assigned to', async () => {
      await initiate({ taskId: await missed({ assignedAgentId: 8 }) });
      expect(await assignedTo()).toEqual([7]);
    });

    it('leaves a task to the agent who has it in progress', async () => {
      await initiate({ taskId: await missed({ assignedAgentId: 8, status: 'in_progress' }) });
      expect(await assignedTo()).toEqual([8]);
    });

    it('leaves the agent of a task that has another reason', async () => {
      await initiate({
        taskId: await taskOf('01712345678', { callReason: 'follow_up', assignedAgentId: 8 }),
      });
      expect(await assignedTo()).toEqual([8]);
    });

    it('also claims when it is called by the contract’s start', async () => {
      const id = await missed({ assignedAgentId: null });
      const request = { customer_number: '01712345678', crm_call_id: String(id) };
      await live.app.post('/api/call/start', request, AGENT_202);
      expect(await assignedTo()).toEqual([8]);
    });
  });
});
