import { NUMBER } from '../support/call-tasks.js';
import { TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { PbxEvents } from '../support/pbx-events.js';

const SIX_HOURS = 6 * 3_600_000;

describe('a PBX whose clock is wrong', () => {
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

  async function started(): Promise<string> {
    const { body } = await app.post('/api/call/start', { customer_number: NUMBER });
    return (body as { bracknet_call_id: string }).bracknet_call_id;
  }

  it('and writes local time as UTC has its events dated by their receipt, marked so', async () => {
    const ahead = new PbxEvents(app, Date.now() + SIX_HOURS);
    const id = await started();
    await ahead.answered(id, 5, '201');
    await ahead.ended(id, 65, { duration: 60, end_reason: 'completed' });
    const call = await app.onlyCall();
    expect(call).toMatchObject({ status: 'completed', durationSeconds: 60, waitSeconds: 0 });
    expect(call.inferred).toEqual(expect.arrayContaining(['answered_at', 'ended_at']));
    expect((await app.receipts()).map(({ occurredAtSource }) => occurredAtSource)).toEqual([
      'received',
      'received',
    ]);
    expect((await app.receipts()).every(({ clockSkewSeconds }) => (clockSkewSeconds ?? 0) > 21_000)).toBe(
      true,
    );
  });

  it('six hours ahead does not keep a callback from completing the task of a miss', async () => {
    const ahead = new PbxEvents(app, Date.now() + SIX_HOURS);
    await ahead.incoming('BN-1', 0, NUMBER);
    await ahead.missed(null, 20, NUMBER);
    expect(await app.tasks()).toMatchObject([{ status: 'pending' }]);
    const id = await started();
    await ahead.answered(id, 100, '201');
    await ahead.ended(id, 160, { duration: 60, end_reason: 'completed' });
    expect(await app.tasks()).toMatchObject([{ status: 'completed', callOutcome: 'connected' }]);
  });

  it('that changes nothing when the same event comes twice: it is known by the time that was reported', async () => {
    const ahead = new PbxEvents(app, Date.now() + SIX_HOURS);
    await ahead.missed(null, 20, NUMBER);
    await app.webhook('one-shot', {
      event: 'missed_call',
      to_extension: '201',
      from: NUMBER,
      timestamp: ahead.time(20),
    });
    await app.onlyCall();
    expect(await app.tasks()).toMatchObject([{ status: 'pending', priority: 'warm' }]);
  });

  it('or that sends no times: of events in the wrong order no length of the talk is invented', async () => {
    const pbx = new PbxEvents(app);
    await pbx.ended('BN-2', null, { end_reason: 'completed' });
    await pbx.answered('BN-2', null, '201');
    await pbx.incoming('BN-2', null, NUMBER);
    expect(await app.onlyCall()).toMatchObject({ status: 'completed', durationSeconds: null });
  });

  it('hours behind leaves the wait of a started call unknown', async () => {
    const behind = new PbxEvents(app, Date.now() - SIX_HOURS);
    const id = await started();
    await behind.answered(id, 5, '201');
    expect(await app.onlyCall()).toMatchObject({ status: 'answered', waitSeconds: null });
  });
});
