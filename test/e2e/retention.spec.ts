import { jest } from '@jest/globals';
import type { RemovedRows } from '../../src/database/retention.js';
import { ReceiptRetention } from '../../src/modules/telephony/webhooks/inbox/receipts/receipt-retention.service.js';
import { WebhookReceiptRepository } from '../../src/modules/telephony/webhooks/inbox/receipts/webhook-receipt.repository.js';
import { RECEIPT_OUTCOMES } from '../../src/modules/telephony/webhooks/inbox/receipts/webhook-receipt.entity.js';
import { TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { webhooksOf } from '../support/webhook-lives.js';

const DAYS = 7;

describe('old receipts', () => {
  let database: TestDatabase;
  let app: TestApp;

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await TestApp.start(database, { webhooks: { retentionDays: DAYS } });
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });
  beforeEach(() => app.clear());
  afterEach(() => jest.restoreAllMocks());

  /** Inserts a receipt of each outcome with that age. */
  async function keep(age: string, copies = 1): Promise<void> {
    await app.db.query(
      `INSERT INTO telephony_webhook_receipts (delivery_id, route, source_address, outcome, body, received_at)
       SELECT outcome || ' ' || $1 || ' ' || n, 'one-shot', '203.0.113.9', outcome, '', now() - $1::interval
         FROM unnest($2::text[]) AS outcome, generate_series(1, $3::integer) AS n`,
      [age, RECEIPT_OUTCOMES, copies],
    );
  }

  const removeOld = () => app.nest.get(ReceiptRetention).removeOld();

  it('are deleted when they are older than the limit, except those that need a decision', async () => {
    await keep(`${DAYS} days 1 minute`);
    await keep(`${DAYS} days -1 minute`);
    expect(await removeOld()).toBe(3);
    const old = (await app.receipts()).filter(({ deliveryId }) => deliveryId.includes(' days 1 minute'));
    expect(old.map(({ outcome }) => outcome).sort()).toEqual(['dead', 'failed', 'quarantined']);
    expect(await app.receipts()).toHaveLength(2 * RECEIPT_OUTCOMES.length - 3);
    expect(app.log.map(({ msg }) => msg)).toContain(`Removed 3 receipts older than ${DAYS} days`);
    expect(await removeOld()).toBe(0);
  });

  it('are deleted in batches, each in its own transaction', async () => {
    const remove = jest.spyOn(app.nest.get(WebhookReceiptRepository), 'removeOlderThan');
    await keep('30 days', 700);
    expect(await removeOld()).toBe(2100);
    const batches = await Promise.all(remove.mock.results.map(({ value }) => value as Promise<RemovedRows>));
    expect(batches.map(({ removed }) => removed)).toEqual([1000, 1000, 100]);
    expect(await app.receipts()).toHaveLength(2100);
  });

  it('are deleted without their calls, whose events are then unknown', async () => {
    const { route, body } = webhooksOf('BN-CALL-1').ended(60, 50);
    await app.webhook(route, body);
    await app.db.query(`UPDATE telephony_webhook_receipts SET received_at = now() - interval '8 days'`);
    expect(await removeOld()).toBe(1);
    const { version, durationSeconds } = await app.onlyCall();
    expect([version, durationSeconds]).toEqual([1, 50]);
    expect((await app.webhook(route, body)).body.result).toBe('accepted');
    expect(await app.onlyCall()).toMatchObject({ durationSeconds: 50, status: 'completed' });
  });
});
