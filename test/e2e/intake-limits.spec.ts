import { jest } from '@jest/globals';
import { WebhookBatch } from '../../src/modules/telephony/webhooks/inbox/webhook-batch.js';
import { TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { HeldBatches } from '../support/held-batches.js';
import { webhooksOf } from '../support/webhook-lives.js';

describe('a queue that is full', () => {
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

  it('answers 429 and when to come back, keeps what it took, and takes more once there is room', async () => {
    const batches = await HeldBatches.in(app);
    const event = (n: number) => webhooksOf(`BN-CALL-${n}`).ended(10, 5);
    const post = (n: number) => app.webhook(event(n).route, event(n).body).then((answer) => answer);
    const waiting = [await batches.queue(() => post(1)), await batches.queue(() => post(2))];
    const refused = await post(3);
    expect([refused.status, refused.body.code, refused.headers['retry-after']]).toEqual([
      429,
      'WEBHOOK_QUEUE_FULL',
      '1',
    ]);
    await batches.letGo();
    for (const { answer } of waiting) expect((await answer).body.result).toBe('accepted');
    expect((await post(3)).body.result).toBe('accepted');
    expect(await app.receipts()).toHaveLength(3);
  });
});

describe('a database that is away', () => {
  it('is answered 503 and when to come back, for every webhook that waits, and nothing passes for stored', async () => {
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
      // Halving finds nobody who is at fault: it is not even tried.
      expect(store.mock.calls.length).toBeLessThanOrEqual(3);
    } finally {
      jest.restoreAllMocks();
      await app.close();
    }
  });
});
