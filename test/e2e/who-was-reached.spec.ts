import { crmTask, NUMBER } from '../support/call-tasks.js';
import { AGENT_201, TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { PbxEvents } from '../support/pbx-events.js';
import { closeOpenCalls } from '../support/sweep.js';

const MISSED_TASK = { status: 'pending', callReason: 'missed_call', customerId: NUMBER };

describe('whom a call has reached', () => {
  let database: TestDatabase;
  let app: TestApp;
  let pbx: PbxEvents;

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await TestApp.start(database);
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });
  beforeEach(async () => {
    await app.clear();
    pbx = new PbxEvents(app, Date.now() - 600_000);
  });

  const pendingTask = (): Promise<number> =>
    crmTask(app, { customer_id: NUMBER, call_reason: 'missed_call', notes: 'The CRM made this' });

  /** A call that an agent starts to the customer, as the PBX knows it. */
  async function started(): Promise<string> {
    const { body } = await app.post('/api/call/start', { customer_number: NUMBER });
    return (body as { bracknet_call_id: string }).bracknet_call_id;
  }

  it('nobody, when the PBX counts the ringing as duration: a miss is told with the id of the call', async () => {
    await pbx.incoming('C1', 0, NUMBER);
    await pbx.missed('C1', 18, NUMBER);
    await pbx.ended('C1', 18, { duration: 18, end_reason: 'no_answer' });
    expect(await app.onlyCall()).toMatchObject({
      status: 'failed',
      disposition: 'missed',
      durationSeconds: null,
    });
    expect(await app.tasks()).toMatchObject([MISSED_TASK]);
  });

  it('nobody, when the PBX counts the ringing as duration and tells no miss', async () => {
    await pbx.incoming('C1', 0, NUMBER);
    await pbx.ended('C1', 18, { duration: 18, end_reason: 'no_answer' });
    expect(await app.onlyCall()).toMatchObject({ status: 'failed', disposition: 'missed', waitSeconds: 18 });
    expect(await app.tasks()).toMatchObject([MISSED_TASK]);
  });

  it('nobody, when the caller gives up in a queue that had answered', async () => {
    await pendingTask();
    await pbx.incoming('C2', 0, NUMBER, '800');
    await pbx.answered('C2', 1);
    await pbx.ended('C2', 60, { duration: 59, end_reason: 'abandoned', disposition: 'abandoned' });
    expect(await app.onlyCall()).toMatchObject({ status: 'failed', disposition: 'abandoned' });
    expect(await app.tasks()).toMatchObject([{ ...MISSED_TASK, priority: 'hot' }]);
  });

  it.each([
    [{ end_reason: 'no_answer' }, 'no_answer'],
    [{ duration: 30, end_reason: 'busy', disposition: 'BUSY' }, 'busy'],
  ])(
    "nobody, when only the agent's own leg of a started call was answered: %j",
    async (fields, disposition) => {
      await pendingTask();
      const id = await started();
      const now = new PbxEvents(app);
      await now.answered(id, 1, '201');
      await now.ended(id, 31, fields);
      expect(await app.onlyCall()).toMatchObject({ status: 'failed', disposition, answeredAt: null });
      expect(await app.tasks()).toMatchObject([{ ...MISSED_TASK, callOutcome: null }]);
    },
  );

  it('nobody, when voicemail answered', async () => {
    await pbx.incoming('C3', 0, NUMBER);
    await pbx.missed(null, 20, NUMBER);
    await pbx.answered('C3', 21, 'voicemail');
    await pbx.ended('C3', 46, { duration: 25, end_reason: 'voicemail' });
    expect(await app.onlyCall()).toMatchObject({
      status: 'failed',
      disposition: 'missed',
      endReason: 'voicemail',
    });
    expect(await app.tasks()).toMatchObject([MISSED_TASK]);
  });

  it("nobody, when the agent's own phone was not picked up: the miss is of the started call", async () => {
    const id = await started();
    const now = new PbxEvents(app);
    await now.incoming(id, 1, NUMBER);
    await now.missed(null, 20, NUMBER);
    expect(await app.onlyCall()).toMatchObject({
      externalCallId: id,
      direction: 'outbound',
      status: 'failed',
      disposition: 'no_answer',
    });
    expect(await app.tasks()).toEqual([]);
  });

  it('the customer, when the ring of one leg has no end and another leg was answered', async () => {
    await pbx.incoming('X-0', 0, NUMBER);
    await pbx.answered('X-1', 6, '202', { from: NUMBER });
    await pbx.ended('X-1', 12, { duration: 6, end_reason: 'completed' });
    await closeOpenCalls(app);
    expect(await app.calls()).toMatchObject([
      { externalCallId: 'X-0', status: 'failed', disposition: 'answered_elsewhere' },
      { externalCallId: 'X-1', status: 'completed', durationSeconds: 6 },
    ]);
    expect(await app.tasks()).toEqual([]);
  });

  it('the customer, when one leg is missed while another is answered', async () => {
    await pbx.incoming('X-0', 0, NUMBER);
    await pbx.missed('X-0', 5, NUMBER);
    await pbx.answered('X-1', 6, '202', { from: NUMBER });
    await pbx.ended('X-1', 12, { duration: 6, end_reason: 'completed' });
    const open = (await app.tasks()).filter(({ status }) => status !== 'skipped');
    expect(open).toEqual([]);
  });

  it('the customer, who then waits in vain at the extension that the call was handed on to', async () => {
    await pbx.incoming('C5', 0, NUMBER);
    await pbx.answered('C5', 5, '201');
    await pbx.send('ringing', 40, { bracknet_call_id: 'C5', agent_extension: '301' });
    await pbx.ended('C5', 65, { end_reason: 'no_answer' });
    expect(await app.onlyCall()).toMatchObject({ status: 'completed', durationSeconds: 60, endReason: null });
    expect(await app.tasks()).toMatchObject([MISSED_TASK]);

    await pbx.answered('C6', 120, '201', { from: NUMBER });
    await pbx.ended('C6', 150, { duration: 30, end_reason: 'completed' });
    expect(await app.tasks()).toMatchObject([{ status: 'completed', callOutcome: 'connected' }]);
  });

  it.each(['before', 'after'])(
    'the customer, who then waits, when the miss where the call was handed on to has no id and comes %s the end',
    async (order) => {
      await pbx.incoming('C5', 0, NUMBER);
      await pbx.answered('C5', 5, '201');
      const sends = [
        () => pbx.missed(null, 420, NUMBER, '301'),
        () => pbx.ended('C5', 421, { end_reason: 'no_answer' }),
      ];
      for (const send of order === 'before' ? sends : sends.toReversed()) await send();
      expect(await app.onlyCall()).toMatchObject({ status: 'completed', durationSeconds: 416 });
      expect(await app.tasks()).toMatchObject([MISSED_TASK]);
    },
  );

  it('the customer, who then waits, when an agent had transferred the call to where it is missed', async () => {
    const call = new PbxEvents(app, Date.now() - 400_000);
    await call.incoming('C5', 0, NUMBER);
    await call.answered('C5', 5, '201');
    const transfer = { bracknet_call_id: 'C5', transfer_extension: '301' };
    expect((await app.post('/api/call/transfer', transfer)).status).toBe(200);
    await call.ended('C5', 431, { end_reason: 'completed', duration: 426 });
    await call.missed(null, 430, NUMBER, '301');
    expect(await app.onlyCall()).toMatchObject({ status: 'completed', durationSeconds: 426 });
    expect(await app.tasks()).toMatchObject([MISSED_TASK]);
  });

  it('nobody yet, while a machine has the call; it is closed as missed after a limit of its own', async () => {
    await pbx.incoming('C7', 0, NUMBER);
    await pbx.answered('C7', 3, '*97');
    expect(await app.onlyCall()).toMatchObject({ status: 'ringing', answeredAt: null });
    await closeOpenCalls(app, 600);
    expect((await app.onlyCall()).status).toBe('ringing');
    await closeOpenCalls(app, 1801);
    expect(await app.onlyCall()).toMatchObject({ status: 'failed', disposition: 'missed' });
    expect(await app.tasks()).toMatchObject([MISSED_TASK]);
  });

  it('nobody, when a queue answered and a member rang afterwards', async () => {
    await pbx.incoming('C9', 0, NUMBER, '*97');
    await pbx.answered('C9', 1);
    await pbx.send('ringing', 20, { bracknet_call_id: 'C9', agent_extension: '201' });
    await pbx.ended('C9', 60, { duration: 59, end_reason: 'normal_clearing' });
    expect(await app.onlyCall()).toMatchObject({ status: 'failed', disposition: 'missed' });
    expect(await app.tasks()).toMatchObject([MISSED_TASK]);
  });

  it("nobody, when the end of a started call names the customer's number as its extension", async () => {
    const id = await started();
    const now = new PbxEvents(app);
    await now.answered(id, 1, '201');
    await now.send('ringing', 3, { bracknet_call_id: id, to_extension: NUMBER });
    await now.ended(id, 31, { duration: 30, end_reason: 'no_answer', to_extension: NUMBER });
    expect(await app.onlyCall()).toMatchObject({ status: 'failed', disposition: 'no_answer' });
    expect(await app.tasks()).toEqual([]);
  });

  it('nobody, when the name of the event says so beside a neutral reason', async () => {
    await pbx.incoming('C10', 0, NUMBER);
    await pbx.send('no_answer', 18, { bracknet_call_id: 'C10', end_reason: 'normal_clearing', duration: 18 });
    expect(await app.onlyCall()).toMatchObject({ status: 'failed' });
    expect(await app.tasks()).toMatchObject([MISSED_TASK]);
  });

  it('nobody since a talk whose end was lost: a miss an hour later is one', async () => {
    await pbx.incoming('C11', -3600, NUMBER);
    await pbx.answered('C11', -3590, '201');
    await pbx.missed(null, 0, NUMBER, '202');
    expect(await app.tasks()).toMatchObject([MISSED_TASK]);
  });

  it('is told by the last word in the summary on the linked task', async () => {
    const task = await crmTask(app, { customer_id: NUMBER, call_reason: 'reorder' });
    const start = await app.post('/api/call/start', { customer_number: NUMBER, crm_call_id: String(task) });
    const { bracknet_call_id: id } = start.body as { bracknet_call_id: string };
    const now = new PbxEvents(app);
    await now.answered(id, 1, '201');
    await now.ended(id, 31, { duration: 30 });
    await now.ended(id, 32, { end_reason: 'no_answer' });
    const [linked] = await app.tasks();
    expect(linked?.notes).toContain('failed (no_answer)');
    expect(linked?.notes).not.toContain('completed');
  });

  it('is the same to an agent who asks for the call', async () => {
    await pbx.incoming('C8', 0, NUMBER);
    await pbx.ended('C8', 18, { duration: 18, end_reason: 'no_answer' });
    const { id } = await app.onlyCall();
    const { body } = await app.get(`/api/telephony/calls/${id}`, AGENT_201);
    expect(body).toMatchObject({ status: 'failed', disposition: 'missed', durationSeconds: null });
  });
});
