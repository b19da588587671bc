import { jest } from '@jest/globals';
import { WebhookBatch } from '../../src/modules/telephony/webhooks/inbox/webhook-batch.js';
import { TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { HeldBatches } from '../support/held-batches.js';
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
