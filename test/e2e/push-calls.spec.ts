import fc from 'fast-check';
import type { LiveCall, LiveTask } from '../../src/client/wire.js';
import { ChangeFeed } from '../../src/modules/change-feed/change-feed.js';
import { CallTask } from '../../src/modules/crm/call-tasks/call-task.entity.js';
import { Customer } from '../../src/modules/crm/customers/customer.entity.js';
import { issueToken, type TokenRequest } from '../../src/modules/auth/issue-token.js';
import { isCallOf } from '../../src/modules/telephony/calls/domain/call-access.js';
import type { Call } from '../../src/modules/telephony/calls/call.entity.js';
import { AGENT_201, AGENT_202, JWT_SECRET, NO_START_LIMITS, SUPERVISOR, TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { LiveSocket } from '../support/live-socket.js';
import { PbxEvents } from '../support/pbx-events.js';

const CALLER = '01711111111';
/** A token of the CRM names no extension. */
const WITHOUT_EXTENSION: TokenRequest = { userId: 9, role: 'agent' };

describe('pushes', () => {
  let database: TestDatabase;
  let app: TestApp;
  let pbx: PbxEvents;
  let agent: LiveSocket;
  let other: LiveSocket;
  let starter: LiveSocket;
  let supervisor: LiveSocket;
  let calls = 0;

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await TestApp.start(database, { telephony: { startLimits: NO_START_LIMITS } });
    pbx = new PbxEvents(app);
    [agent, other, starter, supervisor] = (await Promise.all(
      [AGENT_201, AGENT_202, WITHOUT_EXTENSION, SUPERVISOR].map((user) => LiveSocket.joined(app, user)),
    )) as [LiveSocket, LiveSocket, LiveSocket, LiveSocket];
    // An open socket is a sign of its user, which is told.
    for (const socket of [agent, other, starter, supervisor]) await socket.next('agent_presence');
  });
  afterAll(async () => {
    for (const socket of [agent, other, starter, supervisor]) socket.close();
    await app.close();
    await database.drop();
  });
  beforeEach(async () => {
    // Ids go on: a row with an id that was used before would be an older version for the service.
    await app.db.query(
      'TRUNCATE telephony_calls, telephony_start_keys, telephony_webhook_receipts, crm_call_tasks, customers CASCADE',
    );
    for (const socket of [agent, other, starter, supervisor]) socket.forget();
  });

  function newId(): string {
    calls += 1;
    return `PUSH-${calls}`;
  }

  const isCall =
    (id: string, status: string) =>
    ({ call }: { call: LiveCall }) =>
      call.externalCallId === id && call.status === status;

  it('show an agent the ring, the answer and the end of his call, and nobody else but supervisors', async () => {
    const id = newId();
    await pbx.incoming(id, 0, CALLER);
    await agent.next('call_updated', isCall(id, 'ringing'));
    await pbx.answered(id, 5, '201');
    await agent.next('call_updated', isCall(id, 'answered'));
    await pbx.ended(id, 60, { duration: 55 });
    await agent.next('call_updated', isCall(id, 'completed'));
    await supervisor.next('call_updated', isCall(id, 'completed'));
    expect(agent.all('incoming_call')).toHaveLength(1);
    expect(supervisor.all('incoming_call')).toEqual([]);
    const versions = agent.all('call_updated').map(({ call }) => call.version);
    expect(versions).toEqual(versions.toSorted((a, b) => a - b));
    await pbx.incoming(newId(), 0, CALLER, '202');
    await other.next('incoming_call');
    expect(other.all('call_updated')).toHaveLength(1);
    expect(starter.received).toEqual([]);
  });

  it('show a call as the API does', async () => {
    const id = newId();
    await pbx.incoming(id, 0, CALLER);
    const { call } = await agent.next('call_updated', isCall(id, 'ringing'));
    const { body } = await app.get(`/api/telephony/calls/${call.id}`);
    const { meta: _meta, recordings: _recordings, ...shown } = body;
    expect(call).toEqual(shown);
  });

  it('ring once for a call and an agent, in each of his tabs', async () => {
    const tab = await LiveSocket.joined(app, AGENT_201);
    const id = newId();
    await pbx.incoming(id, 0, CALLER);
    await tab.next('incoming_call');
    await pbx.send('ringing', 1, {
      bracknet_call_id: id,
      from: CALLER,
      to_extension: '201',
      queue: 'sales',
    });
    await pbx.answered(id, 5, '201');
    await tab.next('call_updated', isCall(id, 'answered'));
    await agent.next('call_updated', isCall(id, 'answered'));
    tab.close();
    expect([agent.all('incoming_call'), tab.all('incoming_call')].map(({ length }) => length)).toEqual([
      1, 1,
    ]);
  });

  it('name the caller, but guess none among several', async () => {
    const customer = (name: string, phone: string) => ({ name, phone, email: `${name}@example.com` });
    await app.db.manager.insert(Customer, [
      customer('rima', '01712-345678'),
      customer('one', '+8801811111111'),
      customer('two', '01811111111'),
    ]);
    const shown: unknown[] = [];
    for (const from of ['+8801712345678', '01811111111', '01911111111', 'anonymous']) {
      const id = newId();
      await pbx.incoming(id, 0, from);
      const { customer, matchCount, pop, call } = await agent.next(
        'incoming_call',
        ({ call }) => call.externalCallId === id,
      );
      expect(pop).toBe(`/api/telephony/calls/${call.id}/pop`);
      shown.push([customer, matchCount]);
    }
    expect(shown).toEqual([
      [{ id: expect.any(Number), name: 'rima', phone: '01712-345678', email: 'rima@example.com' }, 1],
      [null, 2],
      [null, 0],
      [null, 0],
    ]);
  });

  it('tell an agent that a call which rang at him was answered by another one', async () => {
    const id = newId();
    await pbx.incoming(id, 0, CALLER, '201');
    const { call } = await agent.next('call_updated', isCall(id, 'ringing'));
    await pbx.answered(id, 5, '202');
    await other.next('call_updated', isCall(id, 'answered'));
    expect(await agent.next('call_gone')).toEqual({ v: 1, id: call.id, into: null });
    expect(agent.all('call_updated')).toHaveLength(1);
    await supervisor.next('call_updated', isCall(id, 'answered'));
    expect(supervisor.all('call_gone')).toEqual([]);
    expect(other.all('incoming_call')).toEqual([]);
  });

  it('tell of a row that was merged into another', async () => {
    await pbx.missed(null, 10, CALLER, '201');
    const { call: orphan } = await agent.next('call_updated', ({ call }) => call.externalCallId === null);
    const id = newId();
    await pbx.incoming(id, 0, CALLER, '201');
    const { call } = await agent.next('call_updated', ({ call }) => call.externalCallId === id);
    const rows = await app.calls();
    expect(rows).toHaveLength(1);
    const gone = [orphan.id, call.id].find((one) => one !== rows[0]?.id);
    expect(await agent.next('call_gone')).toEqual({ v: 1, id: gone, into: rows[0]?.id });
    expect(await supervisor.next('call_gone')).toEqual({ v: 1, id: gone, into: rows[0]?.id });
    expect([...other.all('call_updated'), ...other.all('call_gone')]).toEqual([]);
  });

  it('show a started call and the request to hang up to who started it', async () => {
    const { body } = await app.post(
      '/api/call/start',
      { customer_number: CALLER, agent_extension: '203' },
      WITHOUT_EXTENSION,
    );
    const { call } = await starter.next('call_updated');
    expect(call).toMatchObject({ agentUserId: 9, direction: 'outbound', agentPhone: '203' });
    const requested = { bracknet_call_id: body.bracknet_call_id };
    await app.post('/api/call/hangup', requested, WITHOUT_EXTENSION);
    await starter.next(
      'call_updated',
      ({ call: { status } }) => status === 'failed' || status === 'completed',
    );
    const [row] = await app.calls();
    const last = starter.all('call_updated').at(-1);
    expect(last?.call).toMatchObject({ id: row?.id, version: row?.version });
    expect(starter.all('incoming_call')).toEqual([]);
    expect(agent.received).toEqual([]);
  });

  it('show a task of a missed customer to all staff, so that all see who has claimed it', async () => {
    await pbx.missed(newId(), 0, CALLER, '201');
    const { task } = await supervisor.next('task_changed');
    expect(task).toMatchObject({ callReason: 'missed_call', status: 'pending', assignedAgentId: null });
    expect((await other.next('task_changed')).task).toEqual(task);
    await app.db.query('UPDATE crm_call_tasks SET assigned_agent_id = 8');
    await app.patch(`/api/crm/call-tasks/${task.id}`, { status: 'in_progress' });
    const isClaimed = ({ task: { status } }: { task: LiveTask }) => status === 'in_progress';
    const { task: changed, v } = await other.next('task_changed', isClaimed);
    expect([v, changed]).toEqual([
      1,
      {
        id: task.id,
        customerId: task.customerId,
        assignedAgentId: 8,
        taskDate: expect.stringMatching(/^\d{4}-\d\d-\d\d$/u),
        priority: task.priority,
        callReason: 'missed_call',
        status: 'in_progress',
        callOutcome: null,
      },
    ]);
    for (const socket of [agent, starter, supervisor]) await socket.next('task_changed', isClaimed);
  });

  it('show a task of another reason to supervisors and to the agent who has it', async () => {
    const { id } = await app.db.manager.save(CallTask, {
      customerId: CALLER,
      priority: 'warm',
      callReason: 'follow_up',
      status: 'pending',
      assignedAgentId: 8,
    });
    await app.patch(`/api/crm/call-tasks/${id}`, { status: 'in_progress' });
    for (const socket of [other, supervisor]) {
      expect((await socket.next('task_changed')).task).toMatchObject({ id, assignedAgentId: 8 });
    }
    await app.db.manager.update(CallTask, { id }, { assignedAgentId: null });
    await app.patch(`/api/crm/call-tasks/${id}`, { status: 'completed', callOutcome: 'no_answer' });
    const { task } = await agent.next('task_changed');
    expect(task).toMatchObject({ id, assignedAgentId: null, status: 'completed' });
  });

  it('go on from the snapshot, which shows the same calls', async () => {
    const open = newId();
    const over = newId();
    await pbx.incoming(over, 0, CALLER);
    await pbx.ended(over, 5);
    await pbx.incoming(open, 0, '01722222222');
    await pbx.incoming(newId(), 0, '01733333333', '202');
    const late = await LiveSocket.joined(app, AGENT_201);
    const { status, body } = await app.get('/api/telephony/live');
    expect([status, body.isComplete, body.me, body.service]).toEqual([
      200,
      true,
      { userId: 7, role: 'agent', extensions: ['201'], status: 'online', seesAllCalls: false },
      { timeZone: 'Asia/Dhaka', hasTrialCalls: false },
    ]);
    expect(body.calls.map((call: Record<string, unknown>) => call.externalCallId)).toEqual([open]);
    const pushed = await agent.next('call_updated', isCall(open, 'ringing'));
    expect(body.calls).toEqual([pushed.call]);
    await pbx.answered(open, 5, '201');
    const { call } = await late.next('call_updated', isCall(open, 'answered'));
    expect(call.version).toBeGreaterThan(body.calls[0].version);
    expect((await app.get('/api/telephony/live', SUPERVISOR)).body.calls).toHaveLength(2);
    expect((await app.get('/api/telephony/live', WITHOUT_EXTENSION)).body.calls).toEqual([]);
    late.close();
  });

  it('reach exactly those who may see the call, whatever happens to it', async () => {
    const users = [AGENT_201, AGENT_202, WITHOUT_EXTENSION];
    const sockets = [agent, other, starter];
    const identities = users.map(({ userId, extension = null }) => ({
      userId,
      role: 'agent' as const,
      roleSlug: 'agent',
      extension,
    }));
    const step = fc.record({
      call: fc.nat(3),
      kind: fc.constantFrom('incoming', 'answered', 'ended', 'missed', 'start', 'transfer'),
      extension: fc.constantFrom('201', '202', '204'),
      at: fc.nat(30),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14 }), async (steps) => {
        await app.db.query('TRUNCATE telephony_calls, telephony_webhook_receipts CASCADE');
        for (const socket of [...sockets, supervisor]) socket.forget();
        const ids = Array.from({ length: 4 }, newId);
        for (const { call, kind, extension, at } of steps) {
          const id = ids[call] ?? '';
          const from = `0171${String(calls).padStart(6, '0')}${call}`;
          if (kind === 'incoming') await pbx.incoming(id, at, from, extension);
          if (kind === 'answered') await pbx.answered(id, at, extension);
          if (kind === 'ended') await pbx.ended(id, at);
          if (kind === 'missed') await pbx.missed(id, at, from, extension);
          if (kind === 'start') {
            const started = { customer_number: from, agent_extension: '203' };
            await app.post('/api/call/start', started, WITHOUT_EXTENSION);
          }
          if (kind === 'transfer') {
            const wanted = { bracknet_call_id: id, transfer_extension: extension };
            await app.post('/api/call/transfer', wanted, SUPERVISOR);
          }
        }
        const rows = await app.calls();
        await eventually(() => {
          expect(versionsOf(supervisor, rows)).toEqual(versionsIn(rows));
          sockets.forEach((socket, index) => {
            const visible = rows.filter((row) => isCallOf(identities[index] as never, row));
            expect(versionsOf(socket, rows)).toEqual(versionsIn(visible));
          });
        }, 3_000);
        sockets.forEach((socket, index) => {
          for (const event of ['call_updated', 'incoming_call'] as const) {
            for (const { call } of socket.all(event)) {
              // Nobody holds an extension here: the columns of the message say who may see the call.
              expect(isCallOf(identities[index] as never, { ...call, userIds: [] })).toBe(true);
            }
          }
          // Also of a call that he might see only for so short that it was not pushed: the snapshot may have shown it.
          for (const gone of socket.all('call_gone')) expect(Object.keys(gone)).toEqual(['v', 'id', 'into']);
        });
      }),
      { endOnFailure: true, numRuns: Number(process.env.PROPERTY_RUNS ?? 100) / 10 },
    );
  });

  it('tell supervisors to fetch the open calls when more change than they could follow, and agents of each', async () => {
    const calls: { id: number }[] = await app.db.query(
      `INSERT INTO telephony_calls (external_call_id, customer_phone, direction, status, agent_user_id, user_ids, started_at)
       SELECT 'FLOOD-' || n, '${CALLER}', 'inbound', 'answered', 7, ARRAY[7], now() FROM generate_series(1, 300) AS n
       RETURNING id`,
    );
    const changes = calls.map(({ id }) => ({ id, users: [7], extensions: [] }));
    app.nest.get(ChangeFeed).announce({ calls: changes });
    await eventually(() => expect(agent.all('call_updated')).toHaveLength(300));
    expect((await supervisor.next('resync')).why).toBe('More changes than can be shown one by one');
    expect(supervisor.all('call_updated')).toEqual([]);
    expect(agent.all('resync')).toEqual([]);
    const quiet = newId();
    await pbx.incoming(quiet, 0, CALLER);
    await supervisor.next('call_updated', isCall(quiet, 'ringing'));
    expect(supervisor.all('resync')).toHaveLength(1);
  });

  it('tell all staff to read the tasks again when very many customers were missed at once', async () => {
    const tasks: { id: number }[] = await app.db.query(
      `INSERT INTO crm_call_tasks (customer_id, call_reason, status, priority, task_date)
       SELECT '018' || lpad(n::text, 8, '0'), 'missed_call', 'pending', 'warm', current_date FROM generate_series(1, 21) AS n
       RETURNING id`,
    );
    app.nest.get(ChangeFeed).announce({ tasks: tasks.map(({ id }) => id) });
    for (const socket of [agent, supervisor]) {
      expect((await socket.next('resync')).why).toBe('More tasks of nobody than can be shown one by one');
    }
    expect([agent, supervisor].flatMap((socket) => socket.all('task_changed'))).toEqual([]);
  });

  it('stop for who has left', async () => {
    const leaving = await LiveSocket.joined(app, AGENT_201);
    leaving.close();
    await pbx.incoming(newId(), 0, CALLER);
    await agent.next('incoming_call');
    expect(leaving.all('incoming_call')).toEqual([]);
  });

  it('are refused to a token that only looks like a supervisor’s', async () => {
    const token = await issueToken({ jwtSecret: JWT_SECRET }, { userId: 1, role: 'agent', extension: '205' });
    const agentOne = await LiveSocket.joined(app, AGENT_201, { auth: { token } });
    await pbx.incoming(newId(), 0, CALLER);
    await agent.next('incoming_call');
    expect(agentOne.all('call_updated')).toEqual([]);
    agentOne.close();
  });
});

/** Versions of the calls that a client shows, as one that keeps the newest of each and drops what is gone. */
function versionsOf(socket: LiveSocket, rows: readonly Call[]): Record<number, number> {
  const shown = new Map<number, number>();
  for (const { event, message } of socket.received) {
    if (event === 'call_gone') shown.delete(message.id);
    if (event === 'call_updated') {
      const { id, version } = message.call;
      shown.set(id, Math.max(version, shown.get(id) ?? 0));
    }
  }
  const ids = new Set(rows.map(({ id }) => id));
  return Object.fromEntries([...shown].filter(([id]) => ids.has(id)));
}

function versionsIn(rows: readonly Call[]): Record<number, number> {
  return Object.fromEntries(rows.map(({ id, version }) => [id, version]));
}
