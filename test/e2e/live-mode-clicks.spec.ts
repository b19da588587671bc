import { AGENT_201, AGENT_202, TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { SimulatedPbx } from '../support/simulated-pbx.js';

const START = { agent_extension: '201', customer_number: '01712345678' };
const KEY = { 'Idempotency-Key': 'click-1' };

/** So that the call is not over, and the PBX has not answered, while the clicks come in. */
const LASTING = { scenario: 'hung-up', answer: 'slow', slowMs: 300 } as const;

describe('live mode, ten clicks at once', () => {
  let database: TestDatabase;
  let pbx: SimulatedPbx;
  let app: TestApp;

  beforeAll(async () => {
    database = await createTestDatabase();
    pbx = await SimulatedPbx.start();
    app = await TestApp.start(database, { bracknet: pbx.access });
    pbx.tells(app);
  });
  afterAll(async () => {
    await app.close();
    await pbx.close();
    await database.drop();
  });
  beforeEach(async () => {
    await app.clear();
    await pbx.reset();
  });

  function clicks(body: object, headers?: Record<string, string>) {
    return Promise.all(
      Array.from({ length: 10 }, () => app.post('/api/call/start', body, AGENT_201, headers)),
    );
  }

  it.each([
    ['without a key', undefined],
    ['with one Idempotency-Key', KEY],
  ])('%s: one request to the PBX, one row, ten equal answers', async (_name, headers) => {
    await pbx.behave(LASTING);
    const answers = await clicks(START, headers);
    await pbx.told(1);
    const [first] = answers;
    expect(answers.map(({ status, body }) => [status, body])).toEqual(answers.map(() => [200, first?.body]));
    expect(first?.body).toMatchObject({ status: 'success', mode: 'live', telephonyCallId: 1 });
    expect(await pbx.requests('start')).toHaveLength(1);
    expect((await app.onlyCall()).externalCallId).toBe(first?.body.bracknet_call_id);
  });

  it('in ten writings of one number: one request to the PBX', async () => {
    await pbx.behave(LASTING);
    const writings = ['01712345678', '+8801712345678', '8801712345678', '008801712345678', '1712345678'];
    const numbers = [
      ...writings,
      '88-01712-345678',
      '০১৭১২৩৪৫৬৭৮',
      '01712-345678',
      '01712 345 678',
      'tel:01712345678',
    ];
    const answers = await Promise.all(
      numbers.map((customer_number) => app.post('/api/call/start', { ...START, customer_number })),
    );
    await pbx.told(1);
    expect(new Set(answers.map(({ body }) => body.bracknet_call_id)).size).toBe(1);
    expect(await pbx.requests('start')).toHaveLength(1);
  });

  it('with one key, when an event overtakes the PBX’s answer and the call is over before it: one request', async () => {
    await pbx.behave({ scenario: 'busy', answer: 'slow', slowMs: 300, eventBeforeAnswer: true });
    const answers = await clicks(START, KEY);
    await pbx.told(1);
    expect(answers.map(({ status, body }) => [status, body])).toEqual(
      answers.map(() => [200, answers[0]?.body]),
    );
    expect(await pbx.requests('start')).toHaveLength(1);
    expect(await app.onlyCall()).toMatchObject({ status: 'failed', disposition: 'busy' });
  });

  it('with one key, refused: one request to the PBX, ten equal refusals, and no second try later', async () => {
    await pbx.behave({ answer: 'http400' });
    const answers = await clicks(START, KEY);
    await pbx.behave({ answer: 'ok' });
    const later = await app.post('/api/call/start', START, AGENT_201, KEY);
    for (const { status, body } of [...answers, later]) {
      expect([status, body.code]).toEqual([502, 'PBX_REFUSED']);
      expect(body.message).toBe('The PBX refused: Extension is not registered');
    }
    expect(await pbx.requests('start')).toHaveLength(1);
    expect(await app.onlyCall()).toMatchObject({ status: 'failed', endReason: 'provider_error' });
  });

  it('with one key for two numbers: one call, and 422 for the clicks that mean the other', async () => {
    await pbx.behave(LASTING);
    const other = { ...START, customer_number: '01812345678' };
    const answers = await Promise.all(
      [START, other].map((body) => app.post('/api/call/start', body, AGENT_201, KEY)),
    );
    await pbx.told(1);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 422]));
    expect(await pbx.requests('start')).toHaveLength(1);
    await app.onlyCall();
  });

  it('of two agents, five each: one request and one call for each of them', async () => {
    await pbx.behave(LASTING);
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, nth) =>
        nth % 2 === 0
          ? app.post('/api/call/start', START, AGENT_201)
          : app.post('/api/call/start', { ...START, agent_extension: '202' }, AGENT_202),
      ),
    );
    await pbx.told(2);
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
    expect(new Set(answers.map(({ body }) => body.bracknet_call_id)).size).toBe(2);
    const calls = await app.calls();
    expect(calls).toHaveLength(2);
    expect(new Set(calls.map(({ agentPhone }) => agentPhone))).toEqual(new Set(['201', '202']));
    expect(await pbx.requests('start')).toHaveLength(2);
  });
});
