import { jest } from '@jest/globals';
import { ReceiptRetry } from '../../src/modules/telephony/webhooks/inbox/receipts/receipt-retry.service.js';
import { TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { inOneBatch } from '../support/held-batches.js';
import { outcomeIn } from '../support/outcome.js';
import { counted } from '../support/samples.js';
import { type Webhook, webhooksOf } from '../support/webhook-lives.js';

describe('events in one batch', () => {
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
  afterEach(() => jest.restoreAllMocks());

  const posts = (webhooks: readonly Webhook[]) =>
    webhooks.map(
      ({ route, body }) =>
        () =>
          app.webhook(route, body).then((answer) => answer),
    );

  async function oneByOne(webhooks: readonly Webhook[]): Promise<void> {
    for (const post of posts(webhooks)) await post();
  }

  it('are stored together, with the same result as one by one, and each call is written once', async () => {
    const calls = [1, 2, 3].map((n) => webhooksOf(`BN-CALL-${n}`, `0171234567${n}`));
    const [one, two, three] = calls as [(typeof calls)[0], (typeof calls)[0], (typeof calls)[0]];
    const webhooks = [
      one.incoming(0),
      two.missed(25),
      one.answered(5),
      two.incoming(0),
      three.recording(10),
      one.ended(65, 60),
      one.answered(5),
      three.ended(70, 60),
      three.ringing(0),
    ];
    await oneByOne(webhooks);
    const expected = await outcomeIn(app);
    await app.clear();

    const { answers, sizes } = await inOneBatch(app, posts(webhooks));
    expect(sizes).toEqual([webhooks.length]);
    expect(answers.map(({ status, body }) => [status, body.result])).toEqual(
      webhooks.map((_, i) => [200, i === 6 ? 'duplicate' : 'accepted']),
    );
    const outcome = await outcomeIn(app);
    // A recording event has no timestamp.
    const timeless = ({ calls: rows, tasks }: typeof outcome) => ({
      tasks: tasks.map(({ createdAt: _c, updatedAt: _u, ...task }) => task),
      calls: rows.map(({ facts: _f, meta: _m, ...row }) => row),
    });
    expect(timeless(outcome)).toEqual(timeless(expected));
    expect((await app.calls()).map(({ version }) => version)).toEqual([1, 1, 1]);
    const receipts = await app.receipts();
    const idOf = new Map((await app.calls()).map(({ id, externalCallId }) => [externalCallId, id]));
    expect(receipts).toHaveLength(webhooks.length - 1);
    for (const { externalCallId, callId } of receipts) {
      expect(callId).toBe(idOf.get(externalCallId ?? 'BN-CALL-2'));
    }
  });

  it('with two misses of one customer create one hot task with both lines', async () => {
    const call = webhooksOf('');
    await inOneBatch(app, posts([call.missed(0), call.missed(600)]));
    expect(await app.tasks()).toMatchObject([{ priority: 'hot', status: 'pending' }]);
    expect((await app.tasks())[0]?.notes?.split('\n')).toHaveLength(2);
  });

  it('move a miss and its receipt twice in one batch, through a row that is created and absorbed', async () => {
    const first = webhooksOf('BN-CALL-1');
    const later = webhooksOf('BN-CALL-2');
    await oneByOne([first.incoming(0), first.missed(100)]);
    // The first call was answered and ended before: the miss belongs to the call that is announced last.
    await inOneBatch(
      app,
      posts([
        first.missed(60),
        first.answered(10),
        first.ended(20, 10),
        later.incoming(90),
        later.ended(101, 0, 'timeout'),
      ]),
    );
    const ids = new Set((await app.calls()).map(({ id }) => id));
    for (const { callId } of await app.receipts()) expect(ids).toContain(callId);
  });

  it('are all stored when the date of one is too far off for a column of seconds', async () => {
    const call = webhooksOf('BN-FAR');
    const far = {
      ...call.incoming(0),
      body: { ...call.incoming(0).body, timestamp: '2099-12-31T10:00:00Z' },
    };
    const { answers } = await inOneBatch(app, posts([webhooksOf('BN-NEAR').incoming(0), far]));
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect((await app.receipts()).map(({ outcome }) => outcome)).toEqual(['applied', 'applied']);
    expect(await app.calls()).toHaveLength(2);
  });

  describe('one of which cannot be applied', () => {
    const good = Array.from({ length: 6 }, (_, n) => webhooksOf(`BN-GOOD-${n}`, `0181234567${n}`).missed(25));
    const bad = webhooksOf('BN-BAD').incoming(0);
    const batch = [...good.slice(0, 4), bad, ...good.slice(4)];

    const forbid = () =>
      app.db.query(
        `ALTER TABLE telephony_calls ADD CONSTRAINT ck_no_bad_calls CHECK (external_call_id <> 'BN-BAD')`,
      );
    const allow = () => app.db.query('ALTER TABLE telephony_calls DROP CONSTRAINT IF EXISTS ck_no_bad_calls');
    const makeDue = () =>
      app.db.query(
        `UPDATE telephony_webhook_receipts SET next_attempt_at = now() - interval '1 s' WHERE outcome = 'failed'`,
      );

    afterEach(allow);

    it('are applied, and the failed one is kept and answered with accepted', async () => {
      await forbid();
      const { answers, sizes } = await inOneBatch(app, posts(batch));
      expect(sizes.slice(0, 3)).toEqual([7, 3, 4]);
      expect(answers.map(({ status, body }) => [status, body])).toEqual(
        batch.map(() => [200, { status: 'ok', result: 'accepted' }]),
      );
      expect(await app.calls()).toHaveLength(6);
      expect(await app.tasks()).toHaveLength(6);
      const failed = (await app.receipts()).filter(({ outcome }) => outcome !== 'applied');
      expect(await app.receipts()).toHaveLength(7);
      expect(failed).toMatchObject([
        {
          outcome: 'failed',
          errorCode: 'INTERNAL',
          errorDetails: [{ field: '(event)', problem: expect.stringContaining('ck_no_bad_calls') }],
          externalCallId: 'BN-BAD',
          callId: null,
          attempts: 0,
          body: Buffer.from(JSON.stringify(bad.body)),
        },
      ]);
      expect(await counted(app, 'telephony_webhook_events_total{type="incoming",result="failed"}')).toBe(1);
      expect(app.log.map(({ msg }) => msg)).toContainEqual(
        expect.stringContaining('could not be applied and will be retried'),
      );
    });

    it('is kept as bytes only when its parsed fields cannot be written', async () => {
      await app.db.query(
        `ALTER TABLE telephony_webhook_receipts ADD CONSTRAINT ck_no_bad_receipts CHECK (external_call_id <> 'BN-BAD')`,
      );
      try {
        const { answers } = await inOneBatch(app, posts(batch));
        expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      } finally {
        await app.db.query('ALTER TABLE telephony_webhook_receipts DROP CONSTRAINT ck_no_bad_receipts');
      }
      const kept = (await app.receipts()).filter(({ outcome }) => outcome === 'failed');
      expect(kept).toMatchObject([
        {
          externalCallId: null,
          eventType: null,
          errorDetails: [{ field: '(event)', problem: expect.stringContaining('nothing but its bytes') }],
          body: Buffer.from(JSON.stringify(bad.body)),
        },
      ]);
      await makeDue();
      expect(await app.nest.get(ReceiptRetry).retryDue()).toBe(1);
      expect((await app.receipts()).find(({ id }) => id === kept[0]?.id)).toMatchObject({
        outcome: 'applied',
        externalCallId: 'BN-BAD',
      });
    });

    it('is kept too when its event is unknown, and answered with ignored', async () => {
      const unknown = {
        route: 'one-shot',
        body: { event: 'queue_was_joined', bracknet_call_id: 'BN-CALL-1' },
      };
      await app.db.query(
        `ALTER TABLE telephony_webhook_receipts ADD CONSTRAINT ck_no_queues CHECK (event_type <> 'queue_was_joined')`,
      );
      try {
        const { answers } = await inOneBatch(app, posts([...good.slice(0, 3), unknown, ...good.slice(3)]));
        expect(answers.map(({ status, body }) => [status, body.result])).toEqual(
          [...good.slice(0, 3), unknown, ...good.slice(3)].map((webhook) => [
            200,
            webhook === unknown ? 'ignored' : 'accepted',
          ]),
        );
      } finally {
        await app.db.query('ALTER TABLE telephony_webhook_receipts DROP CONSTRAINT ck_no_queues');
      }
      expect(await app.calls()).toHaveLength(6);
      const kept = (await app.receipts()).filter(({ outcome }) => outcome !== 'applied');
      expect(kept).toMatchObject([{ outcome: 'failed', body: Buffer.from(JSON.stringify(unknown.body)) }]);
    });

    it('is a duplicate when it is sent again, and kept once', async () => {
      await forbid();
      await inOneBatch(app, posts(batch));
      const again = await app.webhook(bad.route, bad.body);
      expect([again.status, again.body.result]).toEqual([200, 'duplicate']);
      expect(await app.receipts()).toHaveLength(7);
    });

    it('has no full number in the log or in the stored reason', async () => {
      await app.db.query(
        `CREATE FUNCTION reject_call() RETURNS trigger LANGUAGE plpgsql AS
          $$ BEGIN RAISE EXCEPTION 'no calls of %', NEW.customer_number_e164; END $$`,
      );
      await app.db.query(
        `CREATE TRIGGER reject_call BEFORE INSERT ON telephony_calls FOR EACH ROW EXECUTE FUNCTION reject_call()`,
      );
      try {
        await app.webhook(bad.route, bad.body);
      } finally {
        await app.db.query('DROP TRIGGER reject_call ON telephony_calls');
        await app.db.query('DROP FUNCTION reject_call');
      }
      const [receipt] = await app.receipts();
      expect(receipt?.errorDetails).toEqual([
        { field: '(event)', problem: expect.stringMatching(/^no calls of \D*678$/u) },
      ]);
      expect(JSON.stringify(app.log)).not.toContain('1712345678');
    });

    it('is retried when it is due, and not before', async () => {
      await forbid();
      await inOneBatch(app, posts(batch));
      await app.db.query(
        `UPDATE telephony_webhook_receipts SET next_attempt_at = now() + interval '1 h' WHERE outcome = 'failed'`,
      );
      expect(await app.nest.get(ReceiptRetry).retryDue()).toBe(0);
      await makeDue();
      expect(await app.nest.get(ReceiptRetry).retryDue()).toBe(1);
      expect((await app.receipts()).filter(({ outcome }) => outcome === 'failed')).toMatchObject([
        { attempts: 1 },
      ]);
    });

    it('creates the same row as usual when a retry succeeds', async () => {
      const timesApplied = () => counted(app, 'telephony_webhook_retries_total{result="applied"}');
      const before = await timesApplied();
      await oneByOne([bad, webhooksOf('BN-BAD').missed(25), ...good]);
      const expected = await outcomeIn(app);
      await app.clear();

      await forbid();
      await inOneBatch(app, posts(batch));
      await allow();
      await oneByOne([webhooksOf('BN-BAD').missed(25)]);
      await makeDue();
      expect(await app.nest.get(ReceiptRetry).retryDue()).toBe(1);

      const timeless = ({ calls, tasks }: typeof expected) => ({
        calls,
        tasks: tasks
          .map(({ createdAt: _c, updatedAt: _u, ...task }) => task)
          .sort((a, b) => a.customerId.localeCompare(b.customerId)),
      });
      const byCall = ({ calls, tasks }: typeof expected) =>
        timeless({
          calls: calls.toSorted((a, b) => String(a.externalCallId).localeCompare(String(b.externalCallId))),
          tasks,
        });
      expect(byCall(await outcomeIn(app))).toEqual(byCall(expected));
      const receipts = await app.receipts();
      expect(new Set(receipts.map(({ outcome }) => outcome))).toEqual(new Set(['applied']));
      const applied = receipts.find(({ externalCallId }) => externalCallId === 'BN-BAD');
      const row = (await app.calls()).find(({ externalCallId }) => externalCallId === 'BN-BAD');
      expect(applied).toMatchObject({
        callId: row?.id,
        errorCode: null,
        errorDetails: null,
        nextAttemptAt: null,
        decision: null,
        attempts: 1,
      });
      expect(await app.nest.get(ReceiptRetry).retryDue()).toBe(0);
      expect((await timesApplied()) - before).toBe(1);
    });
  });
});
