import { jest } from '@jest/globals';
import { DomainError } from '../../src/common/errors/domain-error.js';
import { inTransaction } from '../../src/database/transaction.js';
import { ChangeFeed } from '../../src/modules/change-feed/change-feed.js';
import type { Change } from '../../src/modules/change-feed/change.js';
import { GatheredChanges } from '../../src/modules/change-feed/gathered-changes.js';
import { CallStore, keysOfCall } from '../../src/modules/telephony/calls/call-store.js';
import { OverdueTasks } from '../../src/modules/telephony/calls/effects/overdue-tasks.service.js';
import { Pbx } from '../../src/modules/telephony/calls/pbx.js';
import { ReceiptRetry } from '../../src/modules/telephony/webhooks/inbox/receipts/receipt-retry.service.js';
import { NO_START_LIMITS, SUPERVISOR, TestApp } from '../support/app.js';
import { crmTask } from '../support/call-tasks.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { PbxEvents } from '../support/pbx-events.js';
import { ReceiptDesk } from '../support/receipt-desk.js';
import { reprojectCallsOf } from '../support/reprojection.js';
import { closeOpenCalls } from '../support/sweep.js';
import { CALLER, type Webhook, webhooksOf } from '../support/webhook-lives.js';

const START = { agent_extension: '201', customer_number: CALLER };
const call = webhooksOf('BN-CALL-1');

describe('what is announced', () => {
  let database: TestDatabase;
  let app: TestApp;
  let desk: ReceiptDesk;
  let heard: Change[];
  /** Versions of the calls that a listener finds in the database when it is told of them. */
  let reads: Promise<unknown>[];

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await TestApp.start(database, { telephony: { startLimits: NO_START_LIMITS } });
    desk = new ReceiptDesk(app);
    app.nest.get(ChangeFeed).onChange((change) => heard.push(change));
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });
  beforeEach(async () => {
    await app.clear();
    heard = [];
    reads = [];
  });
  afterEach(async () => {
    await desk.heal();
    jest.restoreAllMocks();
  });

  /** What an act announces, all together. */
  async function announcedBy(act: () => Promise<unknown>): Promise<Change> {
    heard = [];
    await act();
    const gathered = new GatheredChanges();
    for (const change of heard) gathered.add(change);
    return gathered.take();
  }

  const deliver = async ({ route, body }: Webhook) => {
    expect((await app.webhook(route, body)).status).toBe(200);
  };

  /** @returns the PBX's id */
  async function startedCall(over: object = {}): Promise<string> {
    const { body } = await app.post('/api/call/start', { ...START, ...over });
    return body.bracknet_call_id;
  }

  const mine = (id: number) => ({ calls: [{ id, users: [7], extensions: ['201'] }] });

  it('is each webhook, with those who have or had the call', async () => {
    const at201 = { calls: [{ id: 1, users: [], extensions: ['201'] }] };
    expect(await announcedBy(() => deliver(call.incoming(0)))).toEqual(at201);
    expect(await announcedBy(() => deliver(call.answered(5)))).toEqual(at201);
    for (const webhook of [call.answered(30, '202'), call.ended(65, 60), call.recording(60)]) {
      const { calls } = await announcedBy(() => deliver(webhook));
      expect(calls).toHaveLength(1);
      expect(calls?.[0]?.extensions.toSorted()).toEqual(['201', '202']);
    }
  });

  it('is in the database when a listener reads it', async () => {
    const stop = app.nest.get(ChangeFeed).onChange(() => reads.push(app.calls()));
    await deliver(call.incoming(0));
    await deliver(call.ended(65, 60));
    stop();
    expect(await Promise.all(reads)).toMatchObject([[{ status: 'ringing' }], [{ status: 'completed' }]]);
  });

  it('is not a webhook that changes nothing', async () => {
    await deliver(call.incoming(0));
    expect(await announcedBy(() => deliver(call.incoming(0)))).toEqual({});
    expect(await announcedBy(() => deliver({ route: 'one-shot', body: { event: 'agent_dialled' } }))).toEqual(
      {},
    );
  });

  it('is a miss with its task, and the task again when the customer was reached', async () => {
    const missed = await announcedBy(() => deliver(call.missed(20)));
    expect(missed).toEqual({ calls: [{ id: 1, users: [], extensions: ['201'] }], tasks: [1] });
    const talk = webhooksOf('BN-CALL-2');
    await deliver(talk.incoming(100));
    await deliver(talk.answered(105));
    expect((await announcedBy(() => deliver(talk.ended(165, 60)))).tasks).toEqual([1]);
  });

  it('is a row that turns out to be part of another call, and that call', async () => {
    await deliver(call.missed(20));
    await deliver(call.ended(20, 0, 'no_answer'));
    expect(await app.calls()).toHaveLength(2);
    const { calls = [] } = await announcedBy(() => deliver(call.incoming(0)));
    const { id: into } = await app.onlyCall();
    const gone = [1, 2].filter((id) => id !== into).map((id) => ({ id, removed: { into } }));
    expect(calls).toHaveLength(2);
    expect(calls).toEqual(
      expect.arrayContaining([
        { id: into, users: [], extensions: ['201'] },
        ...gone.map((row) => expect.objectContaining(row)),
      ]),
    );
  });

  it('is a start before the PBX is asked, and its answer', async () => {
    let before: Change[] = [];
    jest.spyOn(app.nest.get(Pbx), 'start').mockImplementation(() => {
      before = [...heard];
      return Promise.resolve({ bracknetCallId: 'BN-CALL-7', message: 'Call initiated' });
    });
    await startedCall();
    expect(before).toEqual([mine(1)]);
    expect(heard).toEqual([mine(1), mine(1)]);
  });

  it('is a start that the PBX refuses', async () => {
    jest.spyOn(app.nest.get(Pbx), 'start').mockRejectedValue(new DomainError('PBX_REFUSED', 'No'));
    expect(await announcedBy(() => startedCall())).toEqual(mine(1));
    expect(heard).toHaveLength(2);
  });

  it('is the task of a start', async () => {
    const task = await crmTask(app, { customer_id: CALLER });
    const { tasks } = await announcedBy(() => startedCall({ crm_call_id: String(task) }));
    expect(tasks).toEqual([task]);
  });

  it('is a hangup that was asked for, and that it was not taken', async () => {
    const id = await startedCall();
    jest.spyOn(app.nest.get(Pbx), 'hangup').mockRejectedValue(new DomainError('PBX_REFUSED', 'No'));
    const hangup = { bracknet_call_id: id };
    expect(await announcedBy(() => app.post('/api/call/hangup', hangup))).toEqual(mine(1));
    expect(heard).toHaveLength(2);
    expect((await app.onlyCall()).hangupRequestedAt).toBeNull();
  });

  it('is a hangup in mock mode, and a transfer', async () => {
    const transferred = { bracknet_call_id: await startedCall(), transfer_extension: '305' };
    expect(await announcedBy(() => app.post('/api/call/transfer', transferred))).toEqual(mine(1));
    const hungUp = { bracknet_call_id: await startedCall() };
    const { calls } = await announcedBy(() => app.post('/api/call/hangup', hungUp));
    expect(calls?.map(({ users }) => users)).toEqual([[7]]);
    expect(heard.length).toBeGreaterThan(1);
  });

  it('is a call that the sweeper closes, with the task of its miss', async () => {
    await new PbxEvents(app).incoming('BN-CALL-1', 0, CALLER);
    const swept = await announcedBy(() => closeOpenCalls(app));
    expect(swept).toEqual({ calls: [{ id: 1, users: [], extensions: ['201'] }], tasks: [1] });
  });

  it('is a receipt that is applied by a replay, not by a trial of it', async () => {
    const id = await desk.quarantine(call.incoming(0));
    await desk.fix(id, call.incoming(0));
    expect(await announcedBy(() => desk.replay(id))).toEqual({});
    expect((await announcedBy(() => desk.replay(id, { dryRun: false }))).calls).toMatchObject([
      { extensions: ['201'] },
    ]);
  });

  it('is nothing of an event that could not be stored, until a retry stores it', async () => {
    const { route, body } = call.incoming(0);
    await app.db.query('ALTER TABLE telephony_calls ADD CONSTRAINT ck_none CHECK (false) NOT VALID');
    expect(await announcedBy(() => app.webhook(route, body))).toEqual({});
    expect(await app.receipts()).toMatchObject([{ outcome: 'failed' }]);
    await desk.heal();
    await app.db.query('UPDATE telephony_webhook_receipts SET next_attempt_at = now()');
    expect((await announcedBy(() => app.nest.get(ReceiptRetry).retryDue())).calls).toHaveLength(1);
  });

  it('is nothing of a transaction that is rolled back', async () => {
    await deliver(call.incoming(0));
    const store = app.nest.get(CallStore);
    const changed = announcedBy(() =>
      inTransaction(app.db, async (manager) => {
        const unitOfWork = await store.load(manager, [keysOfCall(1, new Date())]);
        for (const loaded of unitOfWork.all()) unitOfWork.markChanged(loaded);
        await store.flush(manager, unitOfWork);
        throw new Error('rolled back');
      }),
    );
    await expect(changed).rejects.toThrow('rolled back');
    expect(heard).toEqual([]);
  });

  it('is a task that the call desk changes, not one that it may not', async () => {
    await deliver(call.missed(20));
    const change = (status: string) => app.patch('/api/crm/call-tasks/1', { status });
    expect(await announcedBy(() => change('completed'))).toEqual({ tasks: [1] });
    expect(await announcedBy(() => change('in_progress'))).toEqual({});
  });

  it('is a task that its job moves to the present day', async () => {
    await deliver(call.missed(20));
    await app.db.query(`UPDATE crm_call_tasks SET task_date = '2026-01-03'`);
    const move = () => app.nest.get(OverdueTasks).moveAll();
    expect(await announcedBy(move)).toEqual({ tasks: [1] });
    expect(await announcedBy(move)).toEqual({});
  });

  it('is what an erasure changes, not what its trial counts', async () => {
    await deliver(call.missed(20));
    const erase = (dryRun: boolean) =>
      app.post('/api/telephony/erasures', { number: CALLER, dryRun }, SUPERVISOR);
    expect(await announcedBy(() => erase(true))).toEqual({});
    expect(await announcedBy(() => erase(false))).toEqual({
      calls: [{ id: 1, users: [], extensions: ['201'] }],
      tasks: [1],
    });
  });

  it('is a call that comes out otherwise when it is derived again', async () => {
    await deliver(call.incoming(0));
    await deliver(call.ended(65, 60));
    expect(await announcedBy(() => reprojectCallsOf(app, { includesRecent: true }))).toEqual({});
    await app.db.query(`UPDATE telephony_calls SET status = 'answered'`);
    const derived = await announcedBy(() => reprojectCallsOf(app, { includesRecent: true }));
    expect(derived.calls).toEqual([{ id: 1, users: [], extensions: ['201'] }]);
  });

  it('is that tokens were withdrawn, and accepted again', async () => {
    const revoke = () => app.post('/api/telephony/revocations', { userId: 9 }, SUPERVISOR);
    expect(await announcedBy(revoke)).toEqual({ revocations: true });
    const restore = () => app.delete('/api/telephony/revocations/9', SUPERVISOR);
    expect(await announcedBy(restore)).toEqual({ revocations: true });
    expect(await announcedBy(restore)).toEqual({});
  });
});
