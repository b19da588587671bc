import request from 'supertest';
import { WebhookMetrics } from '../../src/modules/metrics/webhook-metrics.js';
import { TestApp } from '../support/app.js';
import { closePeersAndClients, hangsUp, KEY, pbxThat } from '../support/bracknet-peer.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';

let database: TestDatabase;
let app: TestApp;

beforeEach(async () => {
  database = await createTestDatabase();
  const pbx = await pbxThat(hangsUp);
  app = await TestApp.start(database, { bracknet: { mode: 'live', baseUrl: pbx.url, apiKey: KEY } });
});
afterEach(async () => {
  await app.close();
  await closePeersAndClients();
  await database.drop();
});

const ready = () => request(app.url).get('/health/ready');

async function setAside(outcome: string, age: string): Promise<void> {
  await app.webhook('one-shot', { event: 'coffee_ready' });
  await app.db.query(
    `UPDATE telephony_webhook_receipts SET outcome = $1, received_at = now() - $2::interval`,
    [outcome, age],
  );
}

it('is green, and says how it is set up and what it looked at', async () => {
  app.nest.get(WebhookMetrics).watchQueue(() => ({ depth: 3, limit: 2000 }));
  app.nest.get(WebhookMetrics).watchTrust(() => ({ mode: 'enforce', profile: 'standard', keyIds: ['k1'] }));
  const { status, body } = await ready();
  expect([status, body]).toEqual([
    200,
    {
      status: 'ok',
      checks: {
        database: { status: 'ok' },
        queue: { status: 'ok', depth: 3, limit: 2000 },
        receipts: { status: 'ok', failed: 0, dead: 0, quarantined: 0, oldestFailedSeconds: null },
        pbx: { status: 'ok', mode: 'live', breaker: 'closed' },
        webhooks: { status: 'ok', signatures: 'enforce', profile: 'standard', keyIds: ['k1'] },
      },
    },
  ]);
});

it('is yellow while a dead receipt waits for a decision, and green after it', async () => {
  await setAside('dead', '1 minute');
  const { status, body } = await ready();
  expect([status, body.status, body.checks.receipts]).toEqual([
    200,
    'degraded',
    expect.objectContaining({ status: 'degraded', dead: 1 }),
  ]);
  await app.db.query(`UPDATE telephony_webhook_receipts SET outcome = 'discarded'`);
  await eventually(async () => expect((await ready()).body.status).toBe('ok'));
});

it('is yellow when a failed receipt has waited too long, not before', async () => {
  await setAside('failed', '1 minute');
  expect((await ready()).body).toMatchObject({ status: 'ok', checks: { receipts: { failed: 1 } } });
  await app.db.query(`UPDATE telephony_webhook_receipts SET received_at = now() - interval '6 minutes'`);
  await eventually(async () => expect((await ready()).body.status).toBe('degraded'));
});

it('is yellow while the circuit of the PBX is open', async () => {
  for (let nth = 0; nth < 5; nth += 1) {
    await app.post('/api/call/start', { agent_extension: '201', customer_number: `0171234567${nth}` });
  }
  const { status, body } = await ready();
  expect([status, body.status, body.checks.pbx.breaker]).toEqual([200, 'degraded', 'open']);
});

it('is red while the queue is full', async () => {
  let depth = 2000;
  app.nest.get(WebhookMetrics).watchQueue(() => ({ depth, limit: 2000 }));
  const { status, body, headers } = await ready();
  expect([status, headers['retry-after']]).toEqual([503, '5']);
  expect(body).toMatchObject({
    statusCode: 503,
    code: 'WEBHOOK_QUEUE_FULL',
    message: expect.any(String),
    requestId: headers['x-request-id'],
    details: [{ field: 'queue', problem: 'is full: 2000 events wait, 2000 may' }],
    status: 'unavailable',
  });
  depth = 1999;
  expect((await ready()).status).toBe(200);
});

it('is red within a second while the database is away', async () => {
  expect((await ready()).status).toBe(200);
  await database.drop();
  const red = await eventually(async () => {
    const begun = performance.now();
    const answer = await ready();
    expect(answer.status).toBe(503);
    return { ...answer.body, took: performance.now() - begun };
  });
  expect(red).toMatchObject({
    code: 'DATABASE_UNAVAILABLE',
    status: 'unavailable',
    details: [{ field: 'database', problem: 'does not answer' }],
    checks: { database: { status: 'unavailable' }, receipts: { dead: null } },
  });
  expect(red.took).toBeLessThan(1_500);
  expect((await request(app.url).get('/health/live')).status).toBe(200);
});
