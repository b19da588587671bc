import { jest } from '@jest/globals';
import { Registry } from 'prom-client';
import { QueryFailedError } from 'typeorm';
import { isDatabaseUnavailable } from '../../src/database/database-error.js';
import { type Delivery, readDelivery } from '../../src/modules/telephony/webhooks/inbox/webhook-delivery.js';
import {
  MAX_ATTEMPTS,
  ReceiptRetry,
} from '../../src/modules/telephony/webhooks/inbox/receipts/receipt-retry.service.js';
import { ReceiptReplay } from '../../src/modules/telephony/webhooks/inbox/receipts/receipt-replay.js';
import { WebhookBatch } from '../../src/modules/telephony/webhooks/inbox/webhook-batch.js';
import { WebhookIntake } from '../../src/modules/telephony/webhooks/inbox/webhook-intake.js';
import { TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { ENDED_BODY, postSigned, startEnforcing } from '../support/enforcing-app.js';
import { eventually } from '../support/eventually.js';
import { outcomeIn } from '../support/outcome.js';
import { samplesOf } from '../support/samples.js';
import { type Webhook, webhooksOf } from '../support/webhook-lives.js';

/** Level of an error in pino's output. */
const PINO_ERROR = 50;

type Instances = readonly [TestApp, TestApp];

/** A delivery as the webhook ingress passes it on. */
function rawDeliveryOf({ route, body }: Webhook): Delivery {
  return {
    route: route as Delivery['route'],
    body: Buffer.from(JSON.stringify(body)),
    sourceAddress: '127.0.0.1',
    signedId: null,
    keyId: null,
  };
}

/** The same delivery as the intake parses it. */
function deliveryOf(webhook: Webhook) {
  return readDelivery(rawDeliveryOf(webhook), {
    provider: 'bracknet',
    receivedAt: new Date(),
    timeZone: 'Asia/Dhaka',
  });
}

function numberOf(n: number): string {
  return `017${String(10_000_000 + n)}`;
}

describe('two instances on one PostgreSQL', () => {
  let database: TestDatabase;
  let instances: Instances;

  beforeAll(async () => {
    database = await createTestDatabase();
    instances = [await startEnforcing(database), await startEnforcing(database)];
  });
  afterAll(async () => {
    for (const instance of instances) await instance.close();
    await database.drop();
  });
  beforeEach(() => instances[0].clear());
  afterEach(() => jest.restoreAllMocks());

  const batchOf = (instance: TestApp) => instance.nest.get(WebhookBatch);

  async function deadlocks(): Promise<number> {
    const [row]: [{ deadlocks: string }] = await instances[0].db.query(
      'SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()',
    );
    return Number(row.deadlocks);
  }

  /** Waits until the given number of connections wait for a lock. */
  async function untilWaiting(count: number): Promise<void> {
    await eventually(async () => {
      const [row]: [{ waiting: number }] = await instances[0].db.query(
        `SELECT count(*)::int AS waiting FROM pg_stat_activity
          WHERE datname = current_database() AND wait_event_type = 'Lock'`,
      );
      expect(row.waiting).toBe(count);
    });
  }

  it('create one receipt, one row, one task and one note for a signed event sent a hundred times concurrently', async () => {
    const { body } = webhooksOf('BN-CALL-1').missed(25);
    const text = JSON.stringify(body);
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, n) =>
        postSigned(
          instances[n % 2 === 0 ? 0 : 1],
          text,
          {},
          { id: 'evt_1', path: '/api/webhook/bracknet/call-missed' },
        ),
      ),
    );
    const results = answers.map((answer) => JSON.parse(answer.text).result);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(results.filter((result) => result === 'accepted')).toHaveLength(1);
    expect(results.filter((result) => result === 'duplicate')).toHaveLength(99);
    expect(await instances[0].receipts()).toMatchObject([{ deliveryId: 'evt_1', outcome: 'applied' }]);
    expect((await instances[0].onlyCall()).version).toBe(1);
    const tasks = await instances[0].tasks();
    expect(tasks).toMatchObject([{ status: 'pending', priority: 'warm' }]);
    expect(tasks[0]?.notes?.split('\n')).toHaveLength(1);
  });

  it('accept one of two bodies sent concurrently under one id, and keep the other', async () => {
    const bodies = [ENDED_BODY, ENDED_BODY.replace('135', '136')];
    for (let round = 0; round < 20; round += 1) {
      await instances[0].clear();
      const answers = await Promise.all(
        bodies.map((body, n) => postSigned(instances[n === 0 ? 0 : 1], body, {}, { id: 'evt_1' })),
      );
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 409]));
      const outcomes = (await instances[0].receipts()).map(({ outcome }) => outcome).sort();
      expect(outcomes).toEqual(['applied', 'quarantined']);
    }
  });

  it('store batches of the same calls in opposite orders without a deadlock', async () => {
    const before = await deadlocks();
    const rounds = 30;
    for (let round = 0; round < rounds; round += 1) {
      const calls = Array.from({ length: 20 }, (_, n) => webhooksOf(`BN-${round}-${n}`, numberOf(n)));
      const announced = calls.map((call) => deliveryOf(call.incoming(round * 1000)));
      const missed = calls.map((call) => deliveryOf(call.missed(round * 1000 + 25))).reverse();
      const stored = await Promise.all([
        batchOf(instances[0]).store(announced),
        batchOf(instances[1]).store(missed),
      ]);
      expect(new Set(stored.flat())).toEqual(new Set(['stored']));
    }
    // A session publishes its statistics only when it is idle.
    await instances[0].db.query('SELECT pg_stat_force_next_flush()');
    expect(await deadlocks()).toBe(before);
    const calls = await instances[0].calls();
    expect(calls).toHaveLength(rounds * 20);
    expect(new Set(calls.map(({ status }) => status))).toEqual(new Set(['failed']));
    expect(await instances[0].tasks()).toHaveLength(20);
  });

  it('store concurrent events, two batches at a time, with the same result as one by one', async () => {
    const [instance] = instances;
    const calls = Array.from({ length: 120 }, (_, n) => webhooksOf(`BN-${n}`, numberOf(n)));
    const webhooks = calls.flatMap((call, n) => [
      call.incoming(0),
      call.answered(5),
      call.ended(65, 60),
      ...(n % 3 === 0 ? [call.ended(65, 60), call.missed(5, '202')] : []),
    ]);
    const store = async (some: readonly Webhook[]) => {
      const intake = instance.nest.get(WebhookIntake);
      await Promise.all(some.map((webhook) => intake.accept(rawDeliveryOf(webhook))));
    };
    const outcome = async () => {
      const { calls: rows, tasks } = await outcomeIn(instance);
      return {
        calls: rows.toSorted((a, b) => String(a.externalCallId).localeCompare(String(b.externalCallId))),
        tasks: tasks.map(({ customerId, status, priority }) => [customerId, status, priority].join()).sort(),
      };
    };
    for (const webhook of webhooks) await store([webhook]);
    const expected = await outcome();
    // 13 and the number of webhooks are coprime: each webhook occurs once, far from its neighbours.
    const shuffled = webhooks
      .map((_, n) => webhooks[(n * 13) % webhooks.length])
      .filter((webhook) => webhook !== undefined);
    expect(new Set(shuffled).size).toBe(webhooks.length);
    const batches = jest.spyOn(batchOf(instance), 'store');
    for (let round = 0; round < 3; round += 1) {
      await instance.clear();
      batches.mockClear();
      await store(shuffled);
      expect(batches.mock.calls.length).toBeGreaterThan(1);
      expect(await outcome()).toEqual(expected);
      expect((await instance.receipts()).map(({ outcome: state }) => state)).toEqual(
        Array.from({ length: webhooks.length - 40 }, () => 'applied'),
      );
    }
  });

  it('store an event after the concurrent transaction of its duplicate was rolled back', async () => {
    const delivery = deliveryOf(webhooksOf('BN-CALL-1').missed(25));
    // Both wait for this lock on the caller; then the first one's connection is terminated.
    const holder = instances[0].db.createQueryRunner();
    await holder.startTransaction();
    await holder.query(`SELECT pg_advisory_xact_lock(7301, hashtext('+8801712345678'))`);
    const first = batchOf(instances[0]).store([delivery]);
    const lost = first.catch((error: unknown) => isDatabaseUnavailable(error));
    await untilWaiting(1);
    const [{ pid }]: [{ pid: number }] = await holder.query(
      `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    const second = batchOf(instances[1]).store([delivery]);
    await untilWaiting(2);
    await holder.query('SELECT pg_terminate_backend($1)', [pid]);
    expect(await lost).toBe(true);
    await holder.commitTransaction();
    await holder.release();
    expect(await second).toEqual(['stored']);
    expect(await instances[0].receipts()).toHaveLength(1);
    await instances[0].onlyCall();
    expect(await instances[0].tasks()).toHaveLength(1);
    expect(await batchOf(instances[0]).store([delivery])).toEqual(['duplicate']);
  });

  it('apply an event once when it is replayed and sent again concurrently, although both deadlock', async () => {
    const delivery = deliveryOf(webhooksOf('BN-CALL-1').missed(25));
    const { deliveryId, body } = delivery.receipt;
    // A repeated delivery: from now on the first attempt looks up stored receipts.
    const repeat = deliveryOf(webhooksOf('BN-CALL-9', '01999999999').ended(60, 50));
    expect(await batchOf(instances[0]).store([repeat])).toEqual(['stored']);
    expect(await batchOf(instances[0]).store([repeat])).toEqual(['duplicate']);
    await instances[0].clear();
    const before = await deadlocks();
    // A former version put this event in quarantine; the current one can parse it.
    const [{ id }]: [{ id: string }] = await instances[0].db.query(
      `INSERT INTO telephony_webhook_receipts (delivery_id, route, source_address, outcome, body)
       VALUES ($1, 'call-missed', '127.0.0.1', 'quarantined', $2) RETURNING id`,
      [deliveryId, body],
    );
    const holder = instances[0].db.createQueryRunner();
    await holder.startTransaction();
    await holder.query(`SELECT pg_advisory_xact_lock(7301, hashtext('+8801712345678'))`);
    const coming = batchOf(instances[0]).store([delivery]);
    await untilWaiting(1);
    const agent = { userId: 1, role: 'supervisor', roleSlug: 'admin', extension: null } as const;
    const replaying = instances[1].nest.get(ReceiptReplay).replay(id, { agent, reason: 'understood' });
    await untilWaiting(2);
    await holder.commitTransaction();
    await holder.release();
    const [[stored], { result }] = await Promise.all([coming, replaying]);
    expect([
      ['stored', 'settled'],
      ['duplicate', 'applied'],
    ]).toContainEqual([stored, result]);
    await eventually(async () => {
      await Promise.all(instances.map(({ db }) => db.query('SELECT pg_stat_force_next_flush()')));
      expect(await deadlocks()).toBe(before + 1);
    });
    const call = await instances[0].onlyCall();
    expect(call.version).toBe(1);
    expect(await instances[0].receipts()).toMatchObject([{ id, outcome: 'applied', callId: call.id }]);
    expect(await instances[0].tasks()).toHaveLength(1);
  });

  it('wait for a receipt that another transaction inserted, and store the event if that is rolled back', async () => {
    const delivery = deliveryOf(webhooksOf('BN-CALL-1').ended(60, 50));
    const { deliveryId } = delivery.receipt;
    const twin = instances[0].db.createQueryRunner();
    const insert = `INSERT INTO telephony_webhook_receipts (delivery_id, route, source_address, outcome, body)
      VALUES ($1, 'call-ended', '127.0.0.1', 'applied', $2)`;
    for (const end of ['rollback', 'commit'] as const) {
      await instances[0].clear();
      await twin.startTransaction();
      await twin.query(insert, [deliveryId, delivery.receipt.body]);
      const stored = batchOf(instances[1]).store([delivery]);
      await untilWaiting(1);
      await (end === 'commit' ? twin.commitTransaction() : twin.rollbackTransaction());
      expect([end, await stored]).toEqual([end, [end === 'commit' ? 'duplicate' : 'stored']]);
      expect(await instances[0].receipts()).toHaveLength(1);
      expect(await instances[0].calls()).toHaveLength(end === 'commit' ? 0 : 1);
    }
    await twin.release();
  });

  describe('an event that failed', () => {
    const bad = webhooksOf('BN-BAD').ended(60, 50);

    beforeEach(async () => {
      await instances[0].db.query(
        `ALTER TABLE telephony_calls ADD CONSTRAINT ck_no_bad_calls CHECK (external_call_id <> 'BN-BAD')`,
      );
      expect(await batchOf(instances[0]).store([deliveryOf(bad)])).toEqual(['failed']);
    });
    afterEach(allow);

    function allow() {
      return instances[0].db.query('ALTER TABLE telephony_calls DROP CONSTRAINT IF EXISTS ck_no_bad_calls');
    }

    /** Simulates that the given time has passed. */
    function advance(seconds: number) {
      return instances[0].db.query(
        `UPDATE telephony_webhook_receipts SET next_attempt_at = next_attempt_at - make_interval(secs => $1)`,
        [seconds],
      );
    }

    const retry = (instance: TestApp) => instance.nest.get(ReceiptRetry).retryDue();

    async function receipt() {
      const [row]: [{ outcome: string; attempts: number; wait: number | null; call_id: number | null }] =
        await instances[0].db.query(
          `SELECT outcome, attempts, call_id, extract(epoch FROM next_attempt_at - now())::float AS wait
             FROM telephony_webhook_receipts`,
        );
      return row;
    }

    async function retriesCounted(result: string): Promise<number> {
      const all = await Promise.all(
        instances.map(async ({ nest }) =>
          samplesOf(await nest.get(Registry).metrics()).get(
            `telephony_webhook_retries_total{result="${result}"}`,
          ),
        ),
      );
      return all.reduce<number>((sum, count) => sum + (count ?? 0), 0);
    }

    it('and is due is retried once by two concurrent workers', async () => {
      await allow();
      await advance(60);
      const replays = instances.map(({ nest }) => jest.spyOn(nest.get(ReceiptReplay), 'replay'));
      const tried = await Promise.all([...instances, ...instances].map(retry));
      expect(tried.reduce((sum, count) => sum + count, 0)).toBe(1);
      expect(replays.flatMap(({ mock }) => mock.calls)).toHaveLength(1);
      expect(await receipt()).toMatchObject({ outcome: 'applied', attempts: 1, wait: null });
      expect((await instances[0].onlyCall()).version).toBe(1);
    });

    it('is retried half a minute after its worker died during a retry', async () => {
      await allow();
      await advance(60);
      // The worker never finishes.
      jest
        .spyOn(instances[0].nest.get(ReceiptReplay), 'replay')
        .mockReturnValue(new Promise(() => undefined));
      void retry(instances[0]);
      await eventually(async () => expect((await receipt()).attempts).toBe(1));
      const { outcome, wait } = await receipt();
      expect([outcome, Math.round(wait ?? 0)]).toEqual(['failed', 30]);
      expect(await retry(instances[1])).toBe(0);
      await advance(31);
      expect(await retry(instances[1])).toBe(1);
      expect(await receipt()).toMatchObject({ outcome: 'applied', attempts: 2 });
    });

    it('is dead when a worker died at every attempt, and not retried again', async () => {
      await allow();
      await instances[0].db.query('UPDATE telephony_webhook_receipts SET attempts = $1', [MAX_ATTEMPTS]);
      await advance(60);
      expect(await retry(instances[0])).toBe(1);
      expect(await receipt()).toMatchObject({ outcome: 'dead', wait: null });
      expect(await instances[0].calls()).toEqual([]);
    });

    it('stays failed when the database becomes unavailable during a retry, and is due again', async () => {
      await advance(60);
      const unavailable = new QueryFailedError('SELECT', [], new Error('Connection terminated unexpectedly'));
      jest.spyOn(instances[0].nest.get(ReceiptReplay), 'replay').mockRejectedValueOnce(unavailable);
      await expect(retry(instances[0])).rejects.toBe(unavailable);
      const { outcome, attempts, wait } = await receipt();
      expect([outcome, attempts, Math.round(wait ?? 0)]).toEqual(['failed', 1, 30]);
    });

    it('is retried at growing intervals, and is dead after twelve attempts: counted, logged and kept', async () => {
      for (const { log } of instances) log.splice(0);
      const [dead, failed] = [await retriesCounted('dead'), await retriesCounted('failed')];
      const waits: number[] = [];
      for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
        const { wait, outcome } = await receipt();
        expect(outcome).toBe('failed');
        // The wait started a moment ago, so it is rounded up.
        waits.push(Math.ceil(wait ?? 0));
        await advance(Math.ceil(wait ?? 0) - 0.5);
        if ((wait ?? 0) > 1) expect(await retry(instances[1])).toBe(0);
        await advance(1);
        expect(await retry(instances[attempt % 2 === 0 ? 0 : 1])).toBe(1);
      }
      expect(waits).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]);
      expect(await receipt()).toMatchObject({ outcome: 'dead', attempts: 12, wait: null, call_id: null });
      expect(await retriesCounted('dead')).toBe(dead + 1);
      expect(await retriesCounted('failed')).toBe(failed + 11);
      const lines = instances
        .flatMap(({ log }) => log)
        .filter(({ msg }) => /is dead.*12 times/u.test(String(msg)));
      expect(lines).toHaveLength(1);
      const [line] = lines;
      expect(line?.level).toBe(PINO_ERROR);
      expect(line?.msg).toContain('it failed again 12 times');

      await allow();
      await advance(3600);
      expect(await retry(instances[0])).toBe(0);
      expect(await batchOf(instances[0]).store([deliveryOf(bad)])).toEqual(['duplicate']);
    });
  });
});
