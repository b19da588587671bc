import { jest } from '@jest/globals';
import { DevelopmentModule } from '../../src/modules/development/development.module.js';
import { SampleCustomersRepository } from '../../src/modules/development/samples/sample-customers.repository.js';
import { ScenarioClock } from '../../src/modules/development/scenario-clock.js';
import { MOST_PLAYED, ScenarioPlayer } from '../../src/modules/development/scenario-player.service.js';
import { SCENARIOS } from '../../src/modules/development/scenarios.js';
import { PopSources } from '../../src/modules/crm/screen-pop/pop-sources.service.js';
import { loadConfiguration } from '../../src/config/configuration.js';
import { AppModule } from '../../src/app.module.js';
import { AGENT_201, type ConfigOverrides, SUPERVISOR, TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { NEW_SECRET } from '../support/signed-webhooks.js';

const ADDRESS = '/api/telephony/development/scenarios';
const SIGNED: ConfigOverrides['webhooks'] = { mode: 'enforce', secrets: [NEW_SECRET] };

describe('scenarios in development', () => {
  let database: TestDatabase;
  let app: TestApp;

  async function start(overrides: ConfigOverrides = {}): Promise<void> {
    app = await TestApp.start(database, {
      ...overrides,
      app: { environment: 'development' },
    });
    jest.spyOn(app.nest.get(ScenarioClock), 'waitUntil').mockImplementation(async () => {});
  }

  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());
  afterEach(async () => {
    jest.restoreAllMocks();
    await app.clear();
    await app.close();
  });

  /** Waits until nothing is played. */
  const played = () =>
    eventually(() => {
      expect(app.nest.get(ScenarioPlayer).count).toBe(0);
    });

  const ways: [string, ConfigOverrides][] = [
    ['without signatures', {}],
    ['where signatures are enforced', { webhooks: SIGNED }],
  ];
  describe.each(ways)('%s', (_name, overrides) => {
    it('let a customer call, who is answered and recorded', async () => {
      await start(overrides);
      const { status, body } = await app.post(ADDRESS, { scenario: 'answered' }, AGENT_201);
      expect([status, body.status, body.extension]).toEqual([202, 200, '201']);
      await played();
      const call = await app.onlyCall();
      expect(call).toMatchObject({
        externalCallId: body.externalCallId,
        status: 'completed',
        durationSeconds: 20,
      });
      expect(call.recordingUrl).toBe(
        `${app.url}/api/telephony/development/recordings/${body.externalCallId}.wav`,
      );
      const recording = await fetch(call.recordingUrl ?? '');
      expect(recording.headers.get('content-type')).toBe('audio/wav');
      expect(
        Buffer.from(await recording.arrayBuffer())
          .subarray(0, 4)
          .toString(),
      ).toBe('RIFF');
    });

    it('let a customer give up, for whom there is a task then', async () => {
      await start(overrides);
      await app.post(ADDRESS, { scenario: 'missed' }, AGENT_201);
      await played();
      expect(await app.onlyCall()).toMatchObject({ status: 'failed', disposition: 'missed' });
      expect(await app.tasks()).toMatchObject([{ callReason: 'missed_call', status: 'pending' }]);
    });
  });

  it.each([
    ['transferred', { status: 'completed', firstAgentPhone: '201', agentPhone: '202' }],
    ['busy', { direction: 'outbound', status: 'failed', disposition: 'busy' }],
    ['unknown', { status: 'completed', customerId: null }],
    ['withheld', { status: 'completed', customerNumberE164: null }],
  ])('end as they are named: %s', async (scenario, row) => {
    await start();
    await app.post(ADDRESS, { scenario }, AGENT_201);
    await played();
    expect(await app.onlyCall()).toMatchObject(row);
  });

  it('show in a minute a talk with its recording, and a task for who gave up meanwhile', async () => {
    await start();
    await app.post(ADDRESS, { scenario: 'tour' }, AGENT_201);
    await played();
    const calls = await app.calls();
    expect(calls.map(({ status, recordingUrl }) => [status, recordingUrl !== null])).toEqual([
      ['completed', true],
      ['failed', false],
    ]);
    const ends = calls.map(({ endedAt }) => Number(endedAt));
    expect(Math.max(...ends) - Number(calls[0]?.startedAt)).toBeLessThan(60_000);
    expect(await app.tasks()).toHaveLength(1);
  });

  it('report nothing more of a call that was hung up here', async () => {
    await start();
    let goOn: () => void = () => {};
    jest.spyOn(app.nest.get(ScenarioClock), 'waitUntil').mockImplementation(
      () =>
        new Promise<void>((resolve) => {
          goOn = resolve;
        }),
    );
    const { body } = await app.post(ADDRESS, { scenario: 'answered' }, AGENT_201);
    await app.post('/api/call/hangup', { bracknet_call_id: body.externalCallId }, AGENT_201);
    goOn();
    await played();
    expect((await app.receipts()).map(({ eventType }) => eventType)).toEqual(['incoming_call']);
  });

  it('are listed, are few at once, and end with the service', async () => {
    await start();
    const forever = (signal: AbortSignal) =>
      new Promise<void>((_resolve, reject) =>
        signal.addEventListener('abort', () => reject(new Error('stopped'))),
      );
    jest.spyOn(app.nest.get(ScenarioClock), 'waitUntil').mockImplementation((_at, signal) => forever(signal));
    for (let count = 0; count < MOST_PLAYED; count += 1) {
      expect((await app.post(ADDRESS, { scenario: 'withheld' }, AGENT_201)).status).toBe(202);
    }
    const refused = await app.post(ADDRESS, { scenario: 'withheld' }, AGENT_201);
    expect([refused.status, refused.body.code]).toEqual([429, 'TOO_MANY_REQUESTS']);
    const { body } = await app.get(ADDRESS, AGENT_201);
    expect(body).toEqual({
      scenarios: SCENARIOS,
      playing: MOST_PLAYED,
      most: MOST_PLAYED,
      hasSamples: false,
    });
    await app.nest.get(ScenarioPlayer).beforeApplicationShutdown();
    expect(app.nest.get(ScenarioPlayer).count).toBe(0);
  });

  it('ring where they are told to, and at no user without a telephone', async () => {
    await start();
    const none = await app.post(ADDRESS, { scenario: 'answered' }, SUPERVISOR);
    expect([none.status, none.body.details]).toEqual([
      400,
      [{ field: 'extension', problem: 'is required of users who hold none', rule: 'required' }],
    ]);
    expect((await app.post(ADDRESS, { scenario: 'x' }, AGENT_201)).body.code).toBe('VALIDATION_FAILED');
    expect((await app.post(ADDRESS, { scenario: 'answered', extension: '999' }, AGENT_201)).status).toBe(422);
    const there = await app.post(ADDRESS, { scenario: 'withheld', extension: '202' }, SUPERVISOR);
    expect(there.body).toMatchObject({ extension: '202', status: 200 });
    await played();
  });

  it('say so when this service refuses their webhooks', async () => {
    await start({ webhooks: { ...SIGNED, pastSeconds: -1000 } });
    const { body } = await app.post(ADDRESS, { scenario: 'answered' }, AGENT_201);
    expect(body.status).toBe(401);
  });

  it('have customers with orders in a database that has none of the CRM’s tables', async () => {
    await start();
    await app.nest.get(SampleCustomersRepository).create();
    await app.nest.get(SampleCustomersRepository).create();
    await app.nest.get(PopSources).refresh();
    try {
      await app.post(ADDRESS, { scenario: 'answered' }, AGENT_201);
      await played();
      const { id } = await app.onlyCall();
      const { body } = await app.get(`/api/telephony/calls/${id}/pop`, AGENT_201);
      expect(JSON.stringify(body)).toMatch(/Nusrat.*SAMPLE-1002|SAMPLE-1002.*Nusrat/u);
    } finally {
      await app.db.query('DROP TABLE order_items, sales_orders');
    }
  });
});

describe('in production and in tests', () => {
  it.each(['production', 'test'])('there is no route for scenarios: %s', (environment) => {
    const configuration = loadConfiguration({
      NODE_ENV: 'test',
      JWT_SECRET: 'a test secret that is long enough for HS256',
    });
    const { imports } = AppModule.register({
      ...configuration,
      app: { ...configuration.app, environment: environment as 'production' },
    });
    expect(imports).not.toContain(DevelopmentModule);
  });
});
