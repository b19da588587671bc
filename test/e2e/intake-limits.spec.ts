import { jest } from '@jest/globals';
import request from 'supertest';
import { CallStore } from '../../src/modules/telephony/calls/call-store.js';
import { WebhookBatch } from '../../src/modules/telephony/webhooks/inbox/webhook-batch.js';
import { TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { HeldBatches, inOneBatch } from '../support/held-batches.js';
import { counted } from '../support/samples.js';
import { webhooksOf } from '../support/webhook-lives.js';

describe('a full queue', () => {
  let database: TestDatabase;
  let app: TestApp;

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await TestApp.start(database, { webhooks: { queue: { items: 3, bytes: 1_000_000 } } });
  });
  afterAll(async () => {
    jest.restoreAllMocks();
    await app.close();
    await database.drop();
  });

  it('responds 429 with Retry-After, keeps accepted events, and accepts more when there is room', async () => {
    const batches = await HeldBatches.in(app);
    const event = (n: number) => webhooksOf(`BN-CALL-${n}`).ended(10, 5);
    const post = (n: number) => app.webhook(event(n).route, event(n).body).then((answer) => answer);
    const waiting = [await batches.queue(() => post(1)), await batches.queue(() => post(2))];
    const rejected = await post(3);
    expect([rejected.status, rejected.body.code, rejected.headers['retry-after']]).toEqual([
      429,
      'WEBHOOK_QUEUE_FULL',
      '1',
    ]);
    await batches.release();
    for (const { answer } of waiting) expect((await answer).body.result).toBe('accepted');
    expect((await post(3)).body.result).toBe('accepted');
    expect(await app.receipts()).toHaveLength(3);
  });
});

describe('a full quarantine', () => {
  const LIMIT = 5;
  let database: TestDatabase;
  let app: TestApp;

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await TestApp.start(database, { webhooks: { quarantine: { rows: LIMIT, bytes: 1_000_000 } } });
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });
  beforeEach(() => app.clear());

  async function flood(): Promise<void> {
    for (let n = 0; n < 3 * LIMIT; n += 1) {
      const { status, body } = await app.webhook('call-ended', `{"event":"call_ended","n":${n}`);
      expect([status, body.code]).toEqual([400, 'WEBHOOK_INVALID']);
    }
  }

  it('answers what is refused as ever without keeping it, and says so in metric, log and readiness', async () => {
    await flood();
    const kept = (await app.receipts()).length;
    expect(kept).toBeGreaterThan(0);
    expect(kept).toBeLessThanOrEqual(LIMIT);
    expect(app.log.filter(({ msg }) => String(msg).startsWith('The quarantine is full'))).toHaveLength(1);
    expect(await counted(app, 'telephony_webhook_not_kept_total')).toBe(3 * LIMIT - kept);
    const ofResult = (result: string) =>
      counted(app, `telephony_webhook_events_total{type="unknown",result="${result}"}`);
    expect([await ofResult('quarantined'), await ofResult('not_kept')]).toEqual([kept, 3 * LIMIT - kept]);
    await eventually(async () => {
      const { checks } = (await request(app.url).get('/health/ready')).body;
      expect(checks.receipts).toMatchObject({
        status: 'degraded',
        problem: expect.stringContaining(`full (${kept} of ${LIMIT} receipts`),
      });
    });
    expect(await counted(app, 'telephony_webhook_quarantine_rows')).toBe(kept);
  });

  it('counts a delivery once, also when its batch fails and is halved', async () => {
    await flood();
    const before = await counted(app, 'telephony_webhook_not_kept_total');
    jest.spyOn(app.nest.get(CallStore), 'flush').mockRejectedValue(new Error('cannot be written'));
    const { answers, sizes } = await inOneBatch(app, [
      () => app.webhook('call-ended', '{"event":"call_ended","n":99'),
      () => app.webhook('call-ended', webhooksOf('BN-CALL-9').ended(10, 5).body),
      () => app.webhook('call-ended', '{"event":"call_ended","n":100'),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([400, 200, 400]);
    expect(sizes.length).toBeGreaterThan(1);
    expect(await counted(app, 'telephony_webhook_not_kept_total')).toBe(before + 2);
  });

  it('does not concern what is accepted, nor a recording that a supervisor has to assign', async () => {
    await flood();
    const kept = (await app.receipts()).length;
    const webhooks = webhooksOf('BN-CALL-1');
    const again = { ...webhooks.incoming(600).body, from: '01812345678' };
    const accepted: readonly { readonly route: string; readonly body: object }[] = [
      webhooks.incoming(0),
      webhooks.answered(5),
      webhooks.ended(20, 15),
      { route: 'incoming-call', body: again },
      webhooks.answered(605),
      webhooks.ended(620, 15),
      webhooks.recording(15),
    ];
    for (const { route, body } of accepted) expect((await app.webhook(route, body)).status).toBe(200);
    const receipts = (await app.receipts()).slice(kept);
    expect(receipts.map(({ outcome }) => outcome)).toEqual([
      ...Array<string>(6).fill('applied'),
      'quarantined',
    ]);
    expect(receipts.at(-1)?.errorCode).toBe('RECORDING_AMBIGUOUS');
  });
});

describe('an unavailable database', () => {
  it('makes every waiting webhook get 503 with Retry-After, and none is reported as stored', async () => {
    const database = await createTestDatabase();
    const app = await TestApp.start(database);
    const store = jest.spyOn(app.nest.get(WebhookBatch), 'store');
    try {
      await database.drop();
      const answers = await Promise.all(
        [1, 2, 3].map((n) => {
          const { route, body } = webhooksOf(`BN-CALL-${n}`).ended(10, 5);
          return app.webhook(route, body);
        }),
      );
      for (const { status, body, headers } of answers) {
        expect([status, body.code, headers['retry-after']]).toEqual([503, 'DATABASE_UNAVAILABLE', '5']);
      }
      // The batch is not halved: no single event causes the failure.
      expect(store.mock.calls.length).toBeLessThanOrEqual(3);
    } finally {
      jest.restoreAllMocks();
      await app.close();
    }
  });
});
