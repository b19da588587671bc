import { CallTask } from '../../src/modules/crm/call-tasks/call-task.entity.js';
import { AGENT_201, TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { SimulatedPbx } from '../support/simulated-pbx.js';

const START = { agent_extension: '201', customer_number: '01712345678' };
const KEY = { 'Idempotency-Key': 'click-1' };

describe('live mode, two instances on one database', () => {
  let database: TestDatabase;
  let pbx: SimulatedPbx;
  let one: TestApp;
  let other: TestApp;

  beforeAll(async () => {
    database = await createTestDatabase();
    pbx = await SimulatedPbx.start();
    one = await TestApp.start(database, { bracknet: pbx.access });
    other = await TestApp.start(database, { bracknet: pbx.access });
  });
  afterAll(async () => {
    await one.close();
    await other.close();
    await pbx.close();
    await database.drop();
  });
  beforeEach(async () => {
    await one.clear();
    await pbx.reset();
    pbx.sendWebhooksTo(one, other);
  });

  /** Ten concurrent clicks, five at each instance. */
  function tenClicks(body: object, headers?: Record<string, string>) {
    const instances = Array.from({ length: 10 }, (_, nth) => (nth % 2 === 0 ? one : other));
    return Promise.all(instances.map((app) => app.post('/api/call/start', body, AGENT_201, headers)));
  }

  describe.each([
    ['without a key', undefined],
    ['with one Idempotency-Key', KEY],
  ])('ten clicks at once %s', (_name, headers) => {
    it.each([
      ['a PBX that responds at once', { scenario: 'hung-up' }],
      ['a PBX that responds slowly', { scenario: 'hung-up', answer: 'slow', slowMs: 400 }],
      ['an event before the PBX’s response', { scenario: 'hung-up', eventBeforeAnswer: true }],
    ] as const)('with %s: one request to the PBX, one row, ten equal responses', async (_what, behaviour) => {
      await pbx.behave(behaviour);
      const answers = await tenClicks(START, headers);
      await pbx.deliveredWebhooks(1);
      const [first] = answers;
      expect(answers.map(({ status, body }) => [status, body])).toEqual(
        answers.map(() => [200, first?.body]),
      );
      expect(await pbx.requests('start')).toHaveLength(1);
      expect(await one.onlyCall()).toMatchObject({
        id: first?.body.telephonyCallId,
        externalCallId: first?.body.bracknet_call_id,
        status: 'answered',
      });
    });
  });

  it('ten clicks at once that the PBX rejects, with one key: one request, ten equal rejections', async () => {
    await pbx.behave({ answer: 'http400' });
    const answers = await tenClicks(START, KEY);
    expect(answers.map(({ status, body }) => [status, body.code])).toEqual(
      answers.map(() => [502, 'PBX_REFUSED']),
    );
    expect(await pbx.requests('start')).toHaveLength(1);
    await one.onlyCall();
  });

  it('ten clicks at once from one task: the task is in progress and has one summary', async () => {
    await pbx.behave({ scenario: 'hung-up', duplicate: 2 });
    const task = {
      customerId: '01712345678',
      priority: 'cold',
      callReason: 'follow_up',
      status: 'pending',
    } as const;
    const { id } = await one.db.manager.save(CallTask, { ...task });
    const answers = await tenClicks({ ...START, crm_call_id: String(id) });
    await pbx.deliveredWebhooks(2);
    expect(answers.map(({ body }) => body.crm_task_id)).toEqual(Array(10).fill(id));
    await other.post('/api/call/hangup', { bracknet_call_id: answers[0]?.body.bracknet_call_id });
    await pbx.deliveredWebhooks(6);
    expect(await one.tasks()).toEqual([
      expect.objectContaining({
        status: 'in_progress',
        notes: expect.stringMatching(/^Call on .+: outbound completed, .+ \(call 1\)\.$/u),
      }),
    ]);
  });

  it.each([true, false])(
    'an event at the other instance, before the response to start, is assigned to the row of the start (echoed: %s)',
    async (echoCrmCallId) => {
      pbx.sendWebhooksTo(other);
      await pbx.behave({ scenario: 'transferred', eventBeforeAnswer: true, echoCrmCallId });
      const { status, body } = await one.post('/api/call/start', START);
      await pbx.deliveredWebhooks(4);
      expect(status).toBe(200);
      expect(await one.onlyCall()).toMatchObject({
        id: body.telephonyCallId,
        externalCallId: body.bracknet_call_id,
        status: 'completed',
        agentPhone: '301',
        firstAgentPhone: '201',
        agentUserId: 7,
      });
    },
  );

  it.each([41, 42, 43, 44])(
    'a call told to the instances in turns, in any order, each event three times, is one row (seed %i)',
    async (seed) => {
      const faults = { shuffle: true, duplicate: 3, seed };
      await pbx.simulate({ scenario: 'inbound-transferred', from: '01912345678', ...faults });
      expect(await one.onlyCall()).toMatchObject({
        status: 'completed',
        direction: 'inbound',
        agentPhone: '301',
        firstAgentPhone: '201',
        durationSeconds: 65,
      });
      expect(await one.receipts()).toHaveLength(5);
    },
  );

  it('twenty customers missed at once, sent to both instances: twenty rows, twenty tasks', async () => {
    const numbers = Array.from({ length: 20 }, (_, nth) => `017123456${String(nth).padStart(2, '0')}`);
    await Promise.all(
      numbers.map((from) => pbx.simulate({ scenario: 'inbound-missed', from, duplicate: 2 })),
    );
    const calls = await one.calls();
    expect(calls.map(({ disposition }) => disposition)).toEqual(Array(20).fill('missed'));
    const tasks = await one.tasks();
    expect(tasks.map(({ customerId }) => customerId).sort()).toEqual(numbers);
    expect(new Set(tasks.map(({ priority, status }) => `${priority} ${status}`))).toEqual(
      new Set(['warm pending']),
    );
  });

  it('a call started at one instance can be hung up at the other', async () => {
    await pbx.behave({ scenario: 'hung-up' });
    const { body } = await one.post('/api/call/start', START);
    await pbx.deliveredWebhooks(1);
    const hangup = { bracknet_call_id: body.bracknet_call_id };
    expect((await other.post('/api/call/hangup', hangup)).body).toEqual({ status: 'ended', mode: 'live' });
    await pbx.deliveredWebhooks(3);
    expect(await one.onlyCall()).toMatchObject({ status: 'completed', endReason: 'agent_hangup' });
    await one.post('/api/call/hangup', hangup);
    expect(await pbx.requests('hangup')).toHaveLength(1);
  });
});
