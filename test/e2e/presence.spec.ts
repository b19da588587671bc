import { jest } from '@jest/globals';
import { ChangeFeed } from '../../src/modules/change-feed/change-feed.js';
import { ExtensionDirectory } from '../../src/modules/agents/extensions/extension-directory.service.js';
import { BoardPusher } from '../../src/modules/realtime/board/board-pusher.service.js';
import { PresenceSigns } from '../../src/modules/realtime/gateway/presence-signs.service.js';
import { PresenceService } from '../../src/modules/agents/presence/presence.service.js';
import type { TokenRequest } from '../../src/modules/auth/issue-token.js';
import { AGENT_201, SUPERVISOR, TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { LiveSocket } from '../support/live-socket.js';
import { PbxEvents } from '../support/pbx-events.js';

const MINE = '/api/telephony/agents/me/status';
const ALL = '/api/telephony/agents/status';
const NUMBER = '01712345678';
const AGENT_7: TokenRequest = { userId: 7, role: 'agent' };
const AGENT_8: TokenRequest = { userId: 8, role: 'agent' };

let database: TestDatabase;
let app: TestApp;
let presence: PresenceService;
let pbx: PbxEvents;
/** Users whose presence was announced. */
let announced: number[];

beforeAll(async () => {
  database = await createTestDatabase();
  app = await TestApp.start(database);
  presence = app.nest.get(PresenceService);
  app.nest.get(ChangeFeed).onChange(({ presence: users = [] }) => announced.push(...users));
  for (const [extension, userId] of [
    ['201', 7],
    ['202', 8],
  ]) {
    await app.put(`/api/telephony/extensions/${extension}`, { userId }, SUPERVISOR);
  }
  await app.nest.get(ExtensionDirectory).refresh();
});
afterAll(async () => {
  await app.close();
  await database.drop();
});
beforeEach(async () => {
  announced = [];
  await app.clear();
  await app.db.query('TRUNCATE telephony_agent_presence, telephony_agent_presence_events');
  pbx = new PbxEvents(app);
});

const set = (body: object, who = AGENT_7) => app.post(MINE, body, who);
const mine = async (who = AGENT_7) => (await app.get(MINE, who)).body;

const statuses = async (who: TokenRequest = SUPERVISOR): Promise<unknown[]> =>
  (await app.get(ALL, who)).body.items.map(({ userId, status }: Record<string, unknown>) => [userId, status]);

/** `user status source`, in order. */
async function events(): Promise<string[]> {
  const rows: Record<string, unknown>[] = await app.db.query(
    'SELECT user_id, status, source FROM telephony_agent_presence_events ORDER BY id',
  );
  return rows.map((row) => Object.values(row).join(' '));
}

/** As if the user had given no sign for so many seconds. */
async function silent(userId: number, seconds: number): Promise<void> {
  await app.db.query(
    'UPDATE telephony_agent_presence SET last_seen_at = now() - make_interval(secs => $2) WHERE user_id = $1',
    [userId, seconds],
  );
}

describe('the status of an agent', () => {
  it('is what he sets, as the CRM sends and reads it', async () => {
    const { status, body } = await set({ status: 'break', reason: 'lunch' });
    expect([status, body]).toEqual([
      201,
      { userId: 7, status: 'break', updatedAt: expect.any(String), reason: 'lunch' },
    ]);
    expect(await mine()).toEqual({
      userId: 7,
      status: 'break',
      manualStatus: 'break',
      reason: 'lunch',
      since: expect.any(String),
      updatedAt: body.updatedAt,
      lastSeenAt: expect.any(String),
      callId: null,
    });
  });

  it('is online from the first request on', async () => {
    expect(await mine()).toMatchObject({ userId: 7, status: 'online', reason: null });
    expect([await events(), announced]).toEqual([['7 online sign'], [7]]);
  });

  it('is not on_call without a call, although the CRM says so', async () => {
    const { status, body } = await set({ status: 'on_call' });
    expect([status, body]).toMatchObject([201, { status: 'on_call', updatedAt: expect.any(String) }]);
    expect(await mine()).toMatchObject({ status: 'online', manualStatus: 'online' });
    await set({ status: 'break', reason: 'lunch' });
    await set({ status: 'on_call', reason: 'a call' });
    expect(await mine()).toMatchObject({ status: 'break', manualStatus: 'break', reason: 'lunch' });
    expect(await events()).toEqual(['7 online api', '7 break api']);
  });

  it.each([[{ status: 'lunch' }], [{}], [{ status: 'break', reason: 'a\nb' }]])('is not %j', async (body) => {
    const answer = await set(body);
    expect([answer.status, answer.body.code]).toEqual([400, 'VALIDATION_FAILED']);
  });

  it('has an event for each change of what is shown, in the time of the business', async () => {
    await set({ status: 'online' });
    await set({ status: 'online' });
    await set({ status: 'break' });
    expect(await events()).toEqual(['7 online api', '7 break api']);
    const [{ near }] = await app.db.query(
      `SELECT bool_and(abs(extract(epoch FROM occurred_at - now() AT TIME ZONE 'Asia/Dhaka')) < 60) AS near
         FROM telephony_agent_presence_events`,
    );
    expect(near).toBe(true);
  });

  it('is offline after 60 s without a sign, and comes back with the next one', async () => {
    await set({ status: 'break', reason: 'prayer' });
    await silent(7, 59);
    await presence.settleAll();
    expect(await statuses()).toEqual([[7, 'break']]);
    await silent(7, 61);
    announced = [];
    await presence.settleAll();
    expect([await statuses(), announced]).toEqual([[[7, 'offline']], [7]]);
    await presence.seen([7]);
    expect(await mine()).toMatchObject({ status: 'break', reason: 'prayer' });
    expect(await events()).toEqual(['7 break api', '7 offline silence', '7 break sign']);
  });

  it('is told with his extension and his call', async () => {
    await presence.seen([7, 9]);
    expect(await presence.read([9, 7, 10])).toEqual([
      {
        v: 1,
        userId: 7,
        status: 'online',
        reason: null,
        since: expect.any(String),
        extension: '201',
        callId: null,
      },
      {
        v: 1,
        userId: 9,
        status: 'online',
        reason: null,
        since: expect.any(String),
        extension: null,
        callId: null,
      },
    ]);
  });
});

describe('a call', () => {
  it('shows its agent on_call from the answer until the end, and changes nothing that he has set', async () => {
    await set({ status: 'break', reason: 'wrap-up' });
    await pbx.incoming('C1', 0, NUMBER);
    await pbx.answered('C1', 1, '201');
    const { id } = await app.onlyCall();
    await eventually(async () => expect(await events()).toEqual(['7 break api', '7 on_call call']));
    expect(await mine()).toMatchObject({
      status: 'on_call',
      manualStatus: 'break',
      reason: null,
      callId: id,
    });
    await pbx.ended('C1', 2, { duration: 1 });
    await eventually(async () =>
      expect(await events()).toEqual(['7 break api', '7 on_call call', '7 break call']),
    );
    expect(await mine()).toMatchObject({ status: 'break', reason: 'wrap-up', callId: null });
    expect(new Set(announced)).toEqual(new Set([7]));
  });

  it('that was transferred is of whom it was transferred to, also where another has started it', async () => {
    await presence.seen([7, 8]);
    const { body } = await app.post('/api/call/start', { customer_number: NUMBER }, AGENT_201);
    await pbx.answered(body.bracknet_call_id, 1, '201');
    await eventually(async () =>
      expect(await statuses()).toEqual([
        [7, 'on_call'],
        [8, 'online'],
      ]),
    );
    await pbx.answered(body.bracknet_call_id, 2, '202');
    expect(await statuses(AGENT_8)).toEqual([
      [7, 'online'],
      [8, 'on_call'],
    ]);
  });

  it('that another instance has written is looked at there', async () => {
    const settled = jest.spyOn(presence, 'settle');
    const feed = app.nest.get(ChangeFeed);
    feed.receive({ calls: [{ id: 1, users: [17], extensions: [] }] });
    feed.announce({ calls: [{ id: 2, users: [18], extensions: [] }] });
    await eventually(() => expect(settled.mock.calls.flat(2)).toContain(18));
    expect(settled.mock.calls.flat(2)).not.toContain(17);
    settled.mockRestore();
  });

  it('that rings shows nobody on a call', async () => {
    await presence.seen([7]);
    await pbx.incoming('C1', 0, NUMBER);
    expect(await statuses()).toEqual([[7, 'online']]);
  });
});

describe('the list of all', () => {
  it('tells agents who is there, and the rest to supervisors and of themselves', async () => {
    await set({ status: 'break', reason: 'doctor' });
    await presence.seen([8]);
    const listed = async (who: TokenRequest) => (await app.get(ALL, who)).body.items;
    const all = await listed(SUPERVISOR);
    expect(all[0]).toEqual({ ...(await mine()), lastSeenAt: expect.any(String), extension: '201' });
    const [{ userId, status, since, extension }, own] = all;
    expect(await listed(AGENT_8)).toEqual([{ userId, status, since, extension }, own]);
  });
});

describe('the directory', () => {
  it('shows agents which extensions there are and who is free, without voicemails', async () => {
    await app.put('/api/telephony/extensions/299', { kind: 'unattended' }, SUPERVISOR);
    await app.put('/api/telephony/extensions/203', { userId: null, label: 'Spare' }, SUPERVISOR);
    await app.nest.get(ExtensionDirectory).refresh();
    await app.post(MINE, { status: 'break' }, AGENT_7);
    await app.post(MINE, { status: 'online' }, AGENT_8);
    const { items } = (await app.get('/api/telephony/agents/directory')).body;
    for (const extension of ['203', '299']) {
      await app.delete(`/api/telephony/extensions/${extension}`, SUPERVISOR);
    }
    const agent = { kind: 'agent', label: null, since: expect.any(String) };
    expect(items).toEqual([
      { ...agent, extension: '201', userId: 7, status: 'break' },
      { ...agent, extension: '202', userId: 8, status: 'online' },
      { extension: '203', kind: 'agent', label: 'Spare', userId: null, status: null, since: null },
    ]);
  });
});

describe('a team', () => {
  it('cannot be told where the CRM has no table of users, and the answer says so', async () => {
    await presence.seen([7, 8]);
    const { body } = await app.get(`${ALL}?teamId=3`);
    expect([body.isOfTeam, body.items.length]).toEqual([false, 2]);
  });

  it('is that of the CRM where its table of users can be read', async () => {
    await app.db.query('CREATE TABLE users (id integer PRIMARY KEY, team_id integer)');
    try {
      await app.db.query('INSERT INTO users VALUES (7, 3), (8, 4)');
      await presence.seen([7, 8]);
      const { body } = await app.get(`${ALL}?teamId=3`);
      expect(body).toMatchObject({ isOfTeam: true, items: [{ userId: 7 }] });
      expect(body.items).toHaveLength(1);
    } finally {
      await app.db.query('DROP TABLE users');
    }
  });
});

describe('a stuck call', () => {
  const clear = (id: number, who: TokenRequest = SUPERVISOR, body: object = { reason: 'it is over' }) =>
    app.post(`/api/telephony/calls/${id}/clear`, body, who);

  it('is ended by a supervisor, which the audit tells, and its agent is free', async () => {
    await presence.seen([7]);
    await pbx.incoming('C1', 0, NUMBER);
    await pbx.answered('C1', 1, '201');
    await eventually(async () => expect(await events()).toContain('7 on_call call'));
    const { id } = await app.onlyCall();
    const { status, body } = await clear(id);
    expect([status, body]).toMatchObject([
      200,
      { id, status: 'completed', endReason: 'unknown', inferred: expect.arrayContaining(['ended_at']) },
    ]);
    expect(body.meta.cleared).toEqual({ at: expect.any(String), by: 1, reason: 'it is over' });
    await eventually(async () => expect(await events()).toContain('7 online call'));
    expect(await app.audit()).toMatchObject([
      { action: 'call.clear', subject: `call:${id}`, outcome: 'done' },
    ]);
  });

  it('that only rang leaves a missed customer, until the PBX reports the talk', async () => {
    await pbx.incoming('C1', 0, NUMBER);
    const { id } = await app.onlyCall();
    expect((await clear(id)).body).toMatchObject({ status: 'failed', disposition: 'missed' });
    expect(await app.tasks()).toMatchObject([{ status: 'pending', callReason: 'missed_call' }]);
    await pbx.answered('C1', 1, '201');
    await pbx.ended('C1', 30, { duration: 29, end_reason: 'completed' });
    expect(await app.onlyCall()).toMatchObject({ status: 'completed', durationSeconds: 29 });
    expect(await app.tasks()).toMatchObject([{ status: expect.not.stringMatching('pending') }]);
  });

  it('that is over already is not cleared', async () => {
    await pbx.incoming('C1', 0, NUMBER);
    await pbx.ended('C1', 1, { end_reason: 'no_answer' });
    const { status, body } = await clear((await app.onlyCall()).id);
    expect([status, body.code]).toEqual([409, 'CALL_ALREADY_OVER']);
    expect((await app.onlyCall()).meta).not.toHaveProperty('cleared');
  });

  it('is cleared by supervisors alone, with a reason, and if it exists', async () => {
    expect((await clear(4711)).body.code).toBe('CALL_NOT_FOUND');
    expect((await clear(4711, AGENT_7)).body.code).toBe('FORBIDDEN');
    expect((await clear(4711, SUPERVISOR, {})).body.code).toBe('VALIDATION_FAILED');
  });
});

describe('an open socket', () => {
  let agent: LiveSocket;
  let other: LiveSocket;
  let supervisor: LiveSocket;

  beforeEach(async () => {
    [supervisor, agent, other] = [
      await LiveSocket.joined(app, SUPERVISOR),
      await LiveSocket.joined(app, AGENT_7),
      await LiveSocket.joined(app, AGENT_8),
    ];
    await eventually(async () => expect(await statuses()).toHaveLength(3));
  });
  afterEach(() => {
    for (const socket of [supervisor, agent, other]) socket.close();
  });

  it('is a sign of its user, for as long as it is open', async () => {
    await silent(7, 61);
    expect(await statuses()).toContainEqual([7, 'offline']);
    await app.nest.get(PresenceSigns).giveAll();
    expect(await statuses()).toContainEqual([7, 'online']);
  });

  it('hears what its user sets, and supervisors hear it; other agents do not', async () => {
    await set({ status: 'break', reason: 'prayer' });
    const isMine = (message: { userId: number; status: string }) =>
      message.userId === 7 && message.status === 'break';
    const message = await agent.next('agent_presence', isMine);
    expect(message).toEqual({
      v: 1,
      userId: 7,
      status: 'break',
      reason: 'prayer',
      since: expect.any(String),
      extension: '201',
      callId: null,
    });
    expect(await supervisor.next('agent_presence', isMine)).toEqual(message);
    expect(other.all('agent_presence').filter(({ userId }) => userId !== 8)).toEqual([]);
  });

  it('hears that a call makes its user busy, and when he is free again', async () => {
    await pbx.incoming('BN-P-1', 0, NUMBER, '201');
    await pbx.answered('BN-P-1', 5, '201');
    const { callId } = await agent.next('agent_presence', ({ status }) => status === 'on_call');
    expect(callId).toBe((await app.onlyCall()).id);
    await pbx.ended('BN-P-1', 60);
    await supervisor.next('agent_presence', ({ userId, status }) => userId === 7 && status === 'online');
  });

  it('of a supervisor gets the figures of the desk when they have changed; that of an agent does not', async () => {
    const board = app.nest.get(BoardPusher);
    await board.push();
    await supervisor.next('board', ({ ringing, agents }) => ringing === 0 && agents.online === 3);
    await pbx.incoming('BN-P-2', 0, NUMBER, '201');
    await pbx.incoming('BN-P-3', 5, '01812345678', '202');
    await pbx.answered('BN-P-3', 9, '202');
    await board.push();
    const { at, longestRingingSince, ...figures } = await supervisor.next(
      'board',
      ({ ringing }) => ringing === 1,
    );
    expect(figures).toMatchObject({ v: 1, ringing: 1, talking: 1 });
    expect(new Date(longestRingingSince ?? '')).toEqual((await app.calls())[0]?.startedAt);
    expect(new Date(at).getTime()).toBeLessThanOrEqual(Date.now());
    await supervisor.next('agent_presence', ({ status }) => status === 'on_call');
    await board.push();
    await supervisor.next('board', ({ agents }) => agents.on_call === 1);
    const before = supervisor.all('board').length;
    await board.push();
    await set({ status: 'break' });
    await supervisor.next('agent_presence', ({ status }) => status === 'break');
    expect(supervisor.all('board')).toHaveLength(before);
    expect(agent.all('board')).toEqual([]);
  });
});
