import { jest } from '@jest/globals';
import { CallBatchRepository } from '../../src/modules/telephony/calls/call-batch.repository.js';
import { NO_START_LIMITS, TestApp } from '../support/app.js';
import { answers, type BracknetPeer, closePeersAndClients, KEY, pbxThat } from '../support/bracknet-peer.js';
import { CALL_START } from '../support/call-events.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { CALLER, type Webhook, webhooksOf } from '../support/webhook-lives.js';

describe('two instances, during the request to the PBX', () => {
  let database: TestDatabase;
  let pbx: BracknetPeer;
  let instances: [TestApp, TestApp];
  /** Runs when the PBX receives its nth request; its response does not wait for this. */
  let onStart: (nth: number) => Promise<unknown>[];
  let told: Promise<unknown>[];

  beforeAll(async () => {
    database = await createTestDatabase();
    pbx = await pbxThat((response, nth) => {
      told.push(...onStart(nth));
      answers(200, { status: 'success', bracknet_call_id: `BN-CALL-${nth}` })(response, nth);
    });
    const bracknet = { mode: 'live', baseUrl: pbx.url, apiKey: KEY } as const;
    const config = { bracknet, telephony: { startLimits: NO_START_LIMITS } };
    instances = [await TestApp.start(database, config), await TestApp.start(database, config)];
  });
  afterAll(async () => {
    for (const instance of instances) await instance.close();
    await closePeersAndClients();
    await database.drop();
  });
  beforeEach(async () => {
    await instances[0].clear();
    pbx.received.length = 0;
    told = [];
  });

  /** Sends the webhooks concurrently to the instances in turn, and expects them to be accepted. */
  function tell(webhooks: readonly Webhook[], echoed: Record<string, string>): Promise<void>[] {
    return webhooks.map(async ({ route, body }, i) => {
      const answer = await instances[i % 2 === 0 ? 1 : 0].webhook(route, { ...body, ...echoed });
      expect([answer.status, answer.body]).toEqual([200, { status: 'ok', result: 'accepted' }]);
    });
  }

  function start(customer_number: string, instance: TestApp) {
    return instance.post('/api/call/start', { agent_extension: '201', customer_number });
  }

  it.each([
    ['that do not echo its CRM id', false],
    ['that echo its CRM id', true],
  ])(
    'put events %s on the row of the start, and complete the task of the customer once',
    async (_how, echoes) => {
      const numbers = Array.from({ length: 40 }, (_, i) => `017${String(10_000_000 + i)}`);
      for (const number of numbers) {
        await Promise.all(tell([webhooksOf('', number).missed(-600)], {}));
      }
      const started = Date.now() / 1000 - CALL_START / 1000;
      onStart = (nth) => {
        const asked = pbx.received[nth - 1]?.body;
        const { crm_call_id = '', customer_number = '' } = (asked ?? {}) as Record<string, string>;
        const call = webhooksOf(`BN-CALL-${nth}`, customer_number);
        const events = [call.ringing(started), call.answered(started + 8), call.ended(started + 73, 65)];
        return tell(events, echoes ? { crm_call_id } : {});
      };
      const clicks = await Promise.all(
        numbers.map((number, i) => start(number, instances[i % 2 === 0 ? 0 : 1])),
      );
      await Promise.all(told);

      expect(clicks.map(({ status }) => status)).toEqual(numbers.map(() => 200));
      const calls = (await instances[0].calls()).filter(({ direction }) => direction === 'outbound');
      const idOf = new Map(calls.map(({ id, externalCallId }) => [externalCallId, id]));
      expect(idOf).toEqual(new Map(clicks.map(({ body }) => [body.bracknet_call_id, body.telephonyCallId])));
      for (const call of calls) {
        expect(call).toMatchObject({ status: 'completed', agentUserId: 7, durationSeconds: 65 });
      }
      const receipts = (await instances[0].receipts()).filter(({ eventType }) => eventType !== 'call_missed');
      for (const { callId, externalCallId } of receipts) expect(callId).toBe(idOf.get(externalCallId));

      const tasks = await instances[0].tasks();
      expect(tasks.map(({ customerId }) => customerId).sort()).toEqual(numbers);
      for (const { status, callOutcome, notes } of tasks) {
        expect({ status, callOutcome }).toEqual({ status: 'completed', callOutcome: 'connected' });
        expect(notes?.split('\n')).toHaveLength(2);
      }
    },
  );

  it('start over with an event when another writes a row under its id meanwhile', async () => {
    const [, other] = instances;
    const calls = other.nest.get(CallBatchRepository);
    const load = calls.load.bind(calls);
    jest.spyOn(calls, 'load').mockImplementationOnce(async (...sought) => {
      const found = await load(...sought);
      await other.db.query(
        `INSERT INTO telephony_calls (external_call_id, customer_phone, started_at) VALUES ('EARLY', '', now())`,
      );
      return found;
    });
    const { route, body } = webhooksOf('EARLY').answered(10);
    expect((await other.webhook(route, body)).body).toEqual({ status: 'ok', result: 'accepted' });
    expect(await other.onlyCall()).toMatchObject({ externalCallId: 'EARLY', status: 'answered' });
  });

  it('treat ten identical concurrent starts as one: one row and one request to the PBX', async () => {
    onStart = () => [];
    const clicks = await Promise.all(
      Array.from({ length: 10 }, (_, i) => start(CALLER, instances[i % 2 === 0 ? 0 : 1])),
    );
    expect(clicks.map(({ status }) => status)).toEqual(Array(10).fill(200));
    expect(new Set(clicks.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    await instances[0].onlyCall();
    expect(pbx.received).toHaveLength(1);
  });
});

describe('two instances, with limits of starts', () => {
  it('let an agent start no more calls at once than one instance would', async () => {
    const database = await createTestDatabase();
    const limits = { ...NO_START_LIMITS, openPerAgent: 3 };
    const config = { telephony: { startLimits: limits } };
    const apps = [await TestApp.start(database, config), await TestApp.start(database, config)] as const;
    try {
      const click = (nth: number) => {
        const customer_number = `017${String(10_000_000 + nth)}`;
        return apps[nth % 2 === 0 ? 0 : 1].post('/api/call/start', {
          agent_extension: '201',
          customer_number,
        });
      };
      const answers = await Promise.all(Array.from({ length: 20 }, (_, nth) => click(nth)));
      const accepted = answers.filter(({ status }) => status === 200);
      const refused = answers.filter(({ body }) => body.code === 'CALL_LIMIT_REACHED');
      expect([accepted.length, refused.length]).toEqual([3, 17]);
      expect(await apps[0].calls()).toHaveLength(3);
    } finally {
      for (const app of apps) await app.close();
      await database.drop();
    }
  });
});
