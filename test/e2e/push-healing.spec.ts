import { jest } from '@jest/globals';
import { Registry } from 'prom-client';
import type { LiveCall } from '../../src/client/wire.js';
import { DomainError } from '../../src/common/errors/domain-error.js';
import { ChangeFeed } from '../../src/modules/change-feed/change-feed.js';
import { CallPusher } from '../../src/modules/realtime/emitter/call-pusher.service.js';
import { LiveCallRepository } from '../../src/modules/realtime/live/live-call.repository.js';
import { Reconciler } from '../../src/modules/realtime/live/reconciler.service.js';
import { ControlledCallService } from '../../src/modules/telephony/calls/control/controlled-call.service.js';
import { AGENT_201, AGENT_202, SUPERVISOR, TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { LiveSocket } from '../support/live-socket.js';
import { PbxEvents } from '../support/pbx-events.js';

const CALLER = '01711111111';

describe('what a socket is told', () => {
  let database: TestDatabase;
  let app: TestApp;
  let pbx: PbxEvents;
  let agent: LiveSocket;
  let other: LiveSocket;
  let reconciler: Reconciler;
  let feed: ChangeFeed;
  let calls = 0;

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await TestApp.start(database);
    pbx = new PbxEvents(app);
    reconciler = app.nest.get(Reconciler);
    feed = app.nest.get(ChangeFeed);
    agent = await LiveSocket.joined(app, AGENT_201);
    other = await LiveSocket.joined(app, AGENT_202);
    // The comparison after which calls are new.
    await reconciler.reconcile();
  });
  afterAll(async () => {
    agent.close();
    other.close();
    await app.close();
    await database.drop();
  });
  beforeEach(() => {
    agent.forget();
    other.forget();
  });
  afterEach(() => jest.restoreAllMocks());

  function newId(): string {
    calls += 1;
    return `HEAL-${calls}`;
  }

  /** From now on until the end of the test every announcement is lost. */
  function loseAnnouncements(): void {
    jest.spyOn(feed, 'announce').mockImplementation(() => undefined);
  }

  async function ringing(): Promise<{ id: string; call: LiveCall }> {
    const id = newId();
    await pbx.incoming(id, 0, CALLER);
    const { call } = await agent.next('incoming_call', (message) => message.call.externalCallId === id);
    return { id, call };
  }

  async function reconciled(): Promise<number> {
    const metric = await app.nest.get(Registry).getSingleMetric('telephony_reconciled_calls_total')?.get();
    return metric?.values[0]?.value ?? NaN;
  }

  it('is a ring, an answer and an end whose announcements were lost', async () => {
    loseAnnouncements();
    const id = newId();
    await pbx.incoming(id, 0, CALLER);
    await reconciler.reconcile();
    await agent.next('incoming_call', ({ call }) => call.externalCallId === id);
    await pbx.answered(id, 5, '201');
    await reconciler.reconcile();
    await agent.next('call_updated', ({ call }) => call.status === 'answered');
    await pbx.ended(id, 60);
    await reconciler.reconcile();
    await agent.next('call_updated', ({ call }) => call.status === 'completed');
    expect(agent.all('incoming_call')).toHaveLength(1);
    expect(callsTold(other)).toEqual([]);
  });

  it('is a call of which every announcement was lost', async () => {
    loseAnnouncements();
    const id = newId();
    await pbx.incoming(id, 0, CALLER);
    await pbx.ended(id, 5);
    await reconciler.reconcile();
    const { call } = await agent.next('call_updated');
    expect(call).toMatchObject({ externalCallId: id, status: 'failed' });
    expect(agent.all('incoming_call')).toEqual([]);
  });

  it('is that a call went to another agent, though the announcement was lost', async () => {
    const { id, call } = await ringing();
    loseAnnouncements();
    await pbx.answered(id, 5, '202');
    await reconciler.reconcile();
    await other.next('call_updated');
    expect(await agent.next('call_gone')).toEqual({ v: 1, id: call.id, into: null });
  });

  it('is that a row is gone, though the announcement was lost', async () => {
    const { call } = await ringing();
    await app.db.query('DELETE FROM telephony_calls WHERE id = $1', [call.id]);
    await reconciler.reconcile();
    expect(await agent.next('call_gone')).toEqual({ v: 1, id: call.id, into: null });
    expect(callsTold(other)).toEqual([]);
  });

  it('is what changed late of a call that is over', async () => {
    const { id } = await ringing();
    await pbx.answered(id, 5, '201');
    await pbx.ended(id, 60);
    await agent.next('call_updated', ({ call }) => call.status === 'completed');
    loseAnnouncements();
    await pbx.recording(id, 'https://pbx.example/a.mp3');
    await reconciler.reconcile();
    await agent.next('call_updated', ({ call }) => call.hasRecording);
  });

  it('is nothing when nothing was lost', async () => {
    await ringing();
    await reconciler.reconcile();
    const before = await reconciled();
    const known = agent.received.length;
    await reconciler.reconcile();
    expect(await reconciled()).toBe(before);
    await ringing();
    expect(agent.received.slice(known).map(({ event }) => event)).toEqual(['call_updated', 'incoming_call']);
  });

  it('is to fetch the snapshot again when announcements of other instances may be lost', async () => {
    loseAnnouncements();
    feed.reportGap('the feed was away for 3 s');
    for (const socket of [agent, other]) {
      expect(await socket.next('resync')).toEqual({ v: 1, why: 'the feed was away for 3 s' });
    }
  });

  it('is a change once, though it is announced twice and late', async () => {
    const { id, call } = await ringing();
    const announced = { calls: [{ id: call.id, users: [], extensions: ['201'] }] };
    for (let n = 0; n < 5; n += 1) feed.announce(announced);
    await pbx.answered(id, 5, '201');
    await agent.next('call_updated', (message) => message.call.status === 'answered');
    feed.announce(announced);
    await ringing();
    const versions = agent.all('call_updated').filter((message) => message.call.id === call.id);
    expect(versions).toHaveLength(2);
  });

  it('is read again when the database did not answer', async () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    const { QueryFailedError } = await import('typeorm');
    jest
      .spyOn(app.nest.get(LiveCallRepository), 'findRows')
      .mockRejectedValueOnce(new QueryFailedError('SELECT', [], refused));
    await ringing();
  });

  it('is every other change when one call cannot be pushed', async () => {
    const { call } = await ringing();
    const repository = app.nest.get(LiveCallRepository);
    const findRows = repository.findRows.bind(repository);
    jest.spyOn(repository, 'findRows').mockImplementationOnce(async (ids) => {
      const rows = new Map(await findRows(ids));
      const broken = { row: { ...call, version: call.version + 1, createdAt: null }, reports: [] };
      return rows.set(call.id, broken as never);
    });
    const users = { users: [], extensions: ['201'] };
    feed.announce({ calls: [{ id: call.id, ...users }] });
    await ringing();
  });

  it('is not counted as healed where no version was known, and not again when nobody hears of it', async () => {
    await reconciler.reconcile();
    const before = await reconciled();
    const { call } = await ringing();
    loseAnnouncements();
    const id = newId();
    await pbx.incoming(id, 0, CALLER);
    await reconciler.reconcile();
    await agent.next('incoming_call', (message) => message.call.externalCallId === id);
    expect(await reconciled()).toBe(before);
    agent.close();
    await app.db.query('DELETE FROM telephony_calls WHERE id = $1', [call.id]);
    const pusher = app.nest.get(CallPusher);
    await eventually(async () => {
      await reconciler.reconcile();
      expect(pusher.openIds()).not.toContain(call.id);
    });
    expect(await reconciled()).toBe(before);
    agent = await LiveSocket.joined(app, AGENT_201);
  });

  it('is no second ring when a version was only remembered while nobody listened', async () => {
    const { id, call } = await ringing();
    const pusher = app.nest.get(CallPusher);
    const [row] = await app.db.query('SELECT * FROM telephony_calls WHERE id = $1', [call.id]);
    const rang = pusher.lastPushed(call.id)?.rang;
    pusher.remember({
      id: call.id,
      version: call.version,
      status: 'ringing',
      agentUserId: null,
      userIds: row.user_ids,
      agentPhone: '201',
      firstAgentPhone: null,
    });
    expect(pusher.lastPushed(call.id)?.rang).toEqual(rang);
    await pbx.send('ringing', 3, { bracknet_call_id: id, from: CALLER, to_extension: '201' });
    await agent.next('call_updated', (message) => message.call.version > call.version);
    await ringing();
    expect(agent.all('incoming_call').filter((message) => message.call.id === call.id)).toHaveLength(1);
  });

  it('is a transfer when it rings, not when it is requested, at who holds the extension', async () => {
    const before = other.all('ready').length;
    await app.put('/api/telephony/extensions/205', { userId: 8 }, SUPERVISOR);
    const { extensions } = await other.next('ready');
    expect([before, extensions]).toEqual([0, ['202', '205']]);
    expect(agent.all('ready')).toEqual([]);
    const { id, call } = await ringing();
    await pbx.answered(id, 5, '201');
    await app.post('/api/call/transfer', { bracknet_call_id: id, transfer_extension: '205' }, SUPERVISOR);
    await agent.next('call_updated', (message) => message.call.status === 'answered');
    expect(other.all('incoming_call')).toEqual([]);
    await pbx.send('ringing', 10, { bracknet_call_id: id, from: CALLER, to_extension: '205' });
    const rung = await other.next('incoming_call');
    expect(rung.call).toMatchObject({ id: call.id, status: 'answered', agentPhone: '201' });
    await pbx.answered(id, 15, '205');
    await other.next('call_updated', (message) => message.call.agentPhone === '205');
    await app.delete('/api/telephony/extensions/205', SUPERVISOR);
    await ringing();
    expect(other.all('incoming_call')).toHaveLength(1);
    expect(agent.all('incoming_call')).toHaveLength(2);
  });

  it('is a request to hang up, and that the PBX did not take it', async () => {
    const { call } = await ringing();
    const control = app.nest.get(ControlledCallService);
    const identity = { userId: 7, role: 'agent', roleSlug: 'agent', extension: '201' } as const;
    const hangup = {
      agent: identity,
      action: 'call.hangup',
      externalCallId: call.externalCallId ?? '',
    } as const;
    const requested = await control.request(hangup);
    await agent.next('call_updated', (message) => message.call.version === call.version + 1);
    await control.recordFailure(requested, hangup, new DomainError('PBX_REFUSED', 'no'));
    await agent.next('call_updated', (message) => message.call.version === call.version + 2);
    expect(callsTold(other)).toEqual([]);
  });

  it('comes from a second instance too, which is told of a start there by the comparison', async () => {
    const second = await TestApp.start(database);
    const there = await LiveSocket.joined(second, AGENT_201);
    await second.nest.get(Reconciler).reconcile();
    const { call } = await ringing();
    await second.nest.get(Reconciler).reconcile();
    await there.next('incoming_call', (message) => message.call.id === call.id);
    await second.close();
    expect(await there.disconnected()).toBe('transport close');
    there.close();
  });

  it('is the end of a call that the snapshot of another instance has shown, though nothing was announced', async () => {
    const { id, call } = await ringing();
    const second = await TestApp.start(database);
    const there = await LiveSocket.joined(second, AGENT_201);
    const { body } = await second.get('/api/telephony/live', AGENT_201);
    expect(body.calls.map((shown: LiveCall) => shown.id)).toContain(call.id);
    await pbx.ended(id, 30);
    await second.nest.get(Reconciler).reconcile();
    await there.next(
      'call_updated',
      (message) => message.call.id === call.id && message.call.endedAt !== null,
    );
    there.close();
    await second.close();
  });

  it('is nothing when the service stops, which does not wait for clients', async () => {
    const stopping = await TestApp.start(database, { realtime: { maxSocketsPerUser: 500 } });
    const sockets = await Promise.all(
      Array.from({ length: 300 }, () => LiveSocket.joined(stopping, AGENT_201)),
    );
    const began = performance.now();
    await stopping.close();
    expect(performance.now() - began).toBeLessThan(2_000);
    const reasons = await Promise.all(sockets.map((socket) => socket.disconnected()));
    expect(new Set(reasons)).toEqual(new Set(['transport close']));
    for (const socket of sockets) socket.close();
  });
});

/** Without what he is told of himself: a call of the test before may have ended a moment ago. */
function callsTold({ received }: LiveSocket): LiveSocket['received'] {
  return received.filter(({ event }) => event !== 'agent_presence');
}
