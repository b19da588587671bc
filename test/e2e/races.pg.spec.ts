import { jest } from '@jest/globals';
import * as fc from 'fast-check';
import { Clock } from '../../src/common/time/clock.js';
import type { CallTask } from '../../src/modules/crm/call-tasks/call-task.entity.js';
import { SUPERVISOR, TestApp } from '../support/app.js';
import { CALL_START } from '../support/call-events.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { outcomeIn } from '../support/outcome.js';
import { CALLER, LIVES, type Webhook, webhooksOf } from '../support/webhook-lives.js';

const ROUNDS = 40;
const rounds = Array.from({ length: ROUNDS }, (_, round) => round);

describe('two instances on one database', () => {
  let database: TestDatabase;
  let instances: [TestApp, TestApp];
  let turn = 0;

  beforeAll(async () => {
    database = await createTestDatabase();
    instances = [await TestApp.start(database), await TestApp.start(database)];
  });
  afterAll(async () => {
    for (const instance of instances) await instance.close();
    await database.drop();
  });
  beforeEach(() => instances[0].clear());

  /** All in the same moment, by turns to the two instances. */
  function atOnce(webhooks: readonly Webhook[]) {
    return Promise.all(
      webhooks.map(async ({ route, body }) => {
        turn = 1 - turn;
        const { status, body: answer } = await instances[turn === 0 ? 0 : 1].webhook(route, body);
        expect({ status, answer }).toEqual({
          status: 200,
          answer: { status: 'ok', result: expect.any(String) },
        });
        return answer as { result: string };
      }),
    );
  }

  async function oneByOne(webhooks: readonly Webhook[]): Promise<void> {
    for (const webhook of webhooks) await atOnce([webhook]);
  }

  /** Those that were not withdrawn. */
  async function standingTasks(): Promise<CallTask[]> {
    return (await instances[0].tasks()).filter(({ status }) => status !== 'skipped');
  }

  function numberOfRound(round: number): string {
    return `017${String(10_000_000 + round)}`;
  }

  describe('with the clock held still', () => {
    beforeAll(() => {
      for (const { nest } of instances) {
        jest.spyOn(nest.get(Clock), 'now').mockReturnValue(new Date(CALL_START + 3_600_000));
      }
    });
    afterAll(() => jest.restoreAllMocks());

    it.each(Object.entries(LIVES))(
      'concurrent events of %s have the same result as one by one',
      async (_name, { webhooks }) => {
        const shuffled = fc.shuffledSubarray([...webhooks, ...webhooks], { minLength: 2 });
        const burst = fc.tuple(shuffled, fc.integer({ min: 2, max: 3 }));
        await fc.assert(
          fc.asyncProperty(burst, async ([events, size]) => {
            const before = events.slice(0, -size);
            const together = events.slice(-size);
            const outcomes = [];
            for (const order of ordersOf(together)) {
              await instances[0].clear();
              await oneByOne([...before, ...order]);
              outcomes.push(await outcomeIn(instances[0]));
            }
            await instances[0].clear();
            await oneByOne(before);
            await atOnce(together);
            expect(outcomes).toContainEqual(await outcomeIn(instances[0]));
          }),
          { numRuns: 10, endOnFailure: true },
        );
      },
      120_000,
    );
  });

  it('apply an event once that is sent a hundred times concurrently', async () => {
    const missed = webhooksOf('BN-CALL-1').missed(25);
    const answers = await atOnce(Array.from({ length: 100 }, () => missed));
    const results = answers.map(({ result }) => result);
    expect(results.filter((result) => result === 'accepted')).toHaveLength(1);
    expect(results.filter((result) => result === 'duplicate')).toHaveLength(99);
    await instances[0].onlyCall();
    expect(await instances[0].receipts()).toHaveLength(1);
    const tasks = await instances[0].tasks();
    expect(tasks).toHaveLength(1);
    expect(tasks[0]).toMatchObject({ status: 'pending', priority: 'warm' });
    expect(tasks[0]?.notes?.split('\n')).toHaveLength(1);
  });

  it('leave one hot task with a line for each of fifty misses of one customer, however the number is written', async () => {
    const written = [
      '01712345678',
      '+8801712345678',
      '8801712345678',
      '008801712345678',
      '০১৭১২৩৪৫৬৭৮',
      '88-01712-345678',
      '+880 1712-345678',
      '1712345678',
    ];
    const misses = Array.from({ length: 50 }, (_, i) =>
      webhooksOf('', written[i % written.length]).missed(i * 600),
    );
    await atOnce(misses);
    const tasks = await instances[0].tasks();
    expect(tasks).toHaveLength(1);
    expect(tasks[0]).toMatchObject({ customerId: '01712345678', status: 'pending', priority: 'hot' });
    const days = tasks[0]?.notes
      ?.split('\n')
      .map((line) => /\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/u.exec(line)?.[0]);
    expect(new Set(days).size).toBe(50);
    expect(await instances[0].calls()).toHaveLength(50);
  });

  it('create one call from a concurrent incoming event and a missed event without an id', async () => {
    for (const round of rounds) {
      const call = webhooksOf(`BN-CALL-${round}`, numberOfRound(round));
      await atOnce([call.incoming(0), call.missed(25)]);
    }
    const calls = await instances[0].calls();
    expect(calls.map(({ externalCallId }) => externalCallId)).toEqual(
      expect.arrayContaining(rounds.map((round) => `BN-CALL-${round}`)),
    );
    expect(calls).toHaveLength(ROUNDS);
    expect(new Set(calls.map(({ status }) => status))).toEqual(new Set(['failed']));
    const tasks = await instances[0].tasks();
    expect(tasks).toHaveLength(ROUNDS);
    expect(new Set(tasks.map(({ status }) => status))).toEqual(new Set(['pending']));
  });

  it('leave a call answered, and no task, when another extension reports it missed at that moment', async () => {
    for (const round of rounds) {
      const call = webhooksOf(`BN-CALL-${round}`, numberOfRound(round));
      await oneByOne([call.incoming(0, '201'), call.incoming(0, '202')]);
      await atOnce([call.answered(10, '201'), call.missed(10, '202')]);
    }
    const calls = await instances[0].calls();
    expect(calls).toHaveLength(ROUNDS);
    for (const call of calls) {
      expect(call).toMatchObject({ status: 'answered', agentPhone: '201', endedAt: null });
    }
    expect(await standingTasks()).toEqual([]);
  });

  it('find what was missed at another extension when its call is announced and answered in one moment', async () => {
    for (const round of rounds) {
      const call = webhooksOf(`BN-CALL-${round}`, numberOfRound(round));
      await oneByOne([call.missed(10, '202'), call.ended(15, 5)]);
      await atOnce([call.incoming(0, '201'), call.answered(10, '201')]);
    }
    const calls = await instances[0].calls();
    expect(calls.filter(({ externalCallId }) => externalCallId === null)).toEqual([]);
    expect(await standingTasks()).toEqual([]);
  });

  it('apply a receipt once that many supervisors replay and try in the same moment', async () => {
    const { route, body } = webhooksOf('BN-CALL-1').missed(25);
    for (const round of rounds.slice(0, 10)) {
      await instances[0].clear();
      await instances[0].webhook(route, `{${JSON.stringify(body)}`);
      await instances[0].db.query('UPDATE telephony_webhook_receipts SET body = $1', [
        Buffer.from(JSON.stringify(body)),
      ]);
      const answers = await Promise.all(
        Array.from({ length: 12 }, async (_, i) => {
          const decided = await instances[i % 2 === 0 ? 0 : 1].post(
            '/api/telephony/webhook-receipts/1/replay',
            { dryRun: i % 3 === 0, reason: `round ${round}` },
            { ...SUPERVISOR, userId: i + 1 },
          );
          expect(decided.status).toBe(200);
          return { ...decided.body, userId: i + 1 };
        }),
      );
      const applied = answers.filter(({ dryRun, result }) => !dryRun && result === 'applied');
      expect(applied).toHaveLength(1);
      expect(answers.filter(({ dryRun, result }) => !dryRun && result === 'settled')).toHaveLength(7);
      const { id } = await instances[0].onlyCall();
      expect(await instances[0].receipts()).toEqual([
        expect.objectContaining({ outcome: 'applied', callId: id, decidedBy: applied[0]?.userId }),
      ]);
      const tasks = await instances[0].tasks();
      expect(tasks).toEqual([expect.objectContaining({ status: 'pending', priority: 'warm' })]);
      expect(tasks[0]?.notes?.split('\n')).toHaveLength(1);
    }
  });

  it('either replay a receipt or discard it', async () => {
    const { route, body } = webhooksOf('BN-CALL-1').missed(25);
    for (const round of rounds) {
      await instances[0].clear();
      await instances[0].webhook(route, `{${JSON.stringify(body)}`);
      await instances[0].db.query('UPDATE telephony_webhook_receipts SET body = $1', [
        Buffer.from(JSON.stringify(body)),
      ]);
      const [replayed, discarded] = await Promise.all([
        instances[0].post('/api/telephony/webhook-receipts/1/replay', { dryRun: false }, SUPERVISOR),
        instances[1].post(
          '/api/telephony/webhook-receipts/1/discard',
          { reason: `round ${round}` },
          SUPERVISOR,
        ),
      ]);
      const [receipt] = await instances[0].receipts();
      const isApplied = receipt?.outcome === 'applied';
      expect([replayed.body.result, discarded.status]).toEqual(
        isApplied ? ['applied', 409] : ['settled', 200],
      );
      expect(await instances[0].calls()).toHaveLength(isApplied ? 1 : 0);
    }
  });

  it('treat ten identical concurrent starts in mock mode as one click', async () => {
    const start = { agent_extension: '201', customer_number: CALLER };
    const clicks = await Promise.all(
      Array.from({ length: 10 }, (_, i) => instances[i % 2 === 0 ? 0 : 1].post('/api/call/start', start)),
    );
    expect(clicks.map(({ status }) => status)).toEqual(Array(10).fill(200));
    expect(new Set(clicks.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    await instances[0].onlyCall();
  });

  it('do not stop each other when the events of two calls of one caller cross', async () => {
    const crossing = rounds.flatMap((round) => {
      const number = numberOfRound(round);
      const one = webhooksOf(`BN-CALL-${round}-1`, number);
      const other = webhooksOf(`BN-CALL-${round}-2`, number);
      return [
        [one.incoming(0), other.incoming(60), one.missed(25), other.ended(100, 20)],
        [other.incoming(60), one.incoming(0), other.answered(80), one.ended(25, 0, 'timeout')],
        [other.ringing(70), one.ringing(10)],
        [one.recording(0), other.recording(20)],
      ];
    });
    await Promise.all(crossing.map(oneByOne));
    const calls = await instances[0].calls();
    expect(calls).toHaveLength(2 * ROUNDS);
    for (const call of calls) {
      const status = call.externalCallId?.endsWith('-1') ? 'failed' : 'completed';
      expect(call).toMatchObject({ direction: 'inbound', status });
    }
  });
});

function ordersOf<T>(items: readonly T[]): T[][] {
  return items.length <= 1
    ? [[...items]]
    : items.flatMap((item, i) => ordersOf(items.toSpliced(i, 1)).map((rest) => [item, ...rest]));
}
