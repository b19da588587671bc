import { Registry } from 'prom-client';
import request from 'supertest';
import { WebhookMetrics } from '../../src/modules/metrics/webhook-metrics.js';
import { TestApp } from '../support/app.js';
import { ACCEPTED, answers, closePeersAndClients, hangsUp, KEY, pbxThat } from '../support/bracknet-peer.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { ENDED_BODY, postSigned, startEnforcing } from '../support/enforcing-app.js';
import { eventually } from '../support/eventually.js';
import { counted, namesOf } from '../support/samples.js';
import { OTHER_SECRET } from '../support/signed-webhooks.js';

const ready = (app: TestApp) => request(app.url).get('/health/ready');

const SAME_ID = 'msg_sent_twice';

/** What is known of the database may be a second old. */
function untilReady(app: TestApp, status: number, body: object): Promise<void> {
  return eventually(async () => {
    const answer = await ready(app);
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject(body);
  });
}

describe('readiness', () => {
  let database: TestDatabase;
  let app: TestApp;
  let queue: { depth: number; limit: number; isFull: boolean };

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await TestApp.start(database);
    const metrics = app.nest.get(WebhookMetrics);
    metrics.watchQueue(() => queue);
    metrics.watchVerification(() => ({ mode: 'enforce', profile: 'standard', keyIds: ['k1'] }));
  });
  beforeEach(async () => {
    queue = { depth: 3, limit: 2000, isFull: false };
    await app.clear();
  });
  afterAll(async () => {
    await app.close();
    await closePeersAndClients();
    await database.drop();
  });

  async function setAside(outcome: string, age: string): Promise<void> {
    await app.webhook('one-shot', { event: 'coffee_ready' });
    await app.db.query(
      'UPDATE telephony_webhook_receipts SET outcome = $1, received_at = now() - $2::interval',
      [outcome, age],
    );
  }

  it('is green, and contains the configuration and the checks', async () => {
    await untilReady(app, 200, { status: 'ok' });
    expect((await ready(app)).body).toEqual({
      status: 'ok',
      checks: {
        database: { status: 'ok' },
        queue: { status: 'ok', depth: 3, limit: 2000 },
        receipts: { status: 'ok', failed: 0, dead: 0, quarantined: 0, oldestFailedSeconds: null },
        pbx: { status: 'ok', mode: 'mock', breaker: null },
        webhooks: {
          status: 'ok',
          signatures: 'enforce',
          profile: 'standard',
          keyIds: ['k1'],
          lastAcceptedAt: null,
        },
        changeFeed: { status: 'ok' },
        clock: { status: 'ok', skewSeconds: null },
      },
    });
  });

  it('is yellow while a dead receipt waits for a decision, and green after it', async () => {
    await setAside('dead', '1 minute');
    await untilReady(app, 200, {
      status: 'degraded',
      checks: { receipts: { status: 'degraded', dead: 1, problem: expect.stringMatching(/^1 dead/u) } },
    });
    await app.db.query(`UPDATE telephony_webhook_receipts SET outcome = 'discarded'`);
    await untilReady(app, 200, { status: 'ok', checks: { receipts: { dead: 0 } } });
  });

  it('is yellow when a failed receipt has waited too long, not before', async () => {
    await setAside('failed', '1 minute');
    await untilReady(app, 200, { status: 'ok', checks: { receipts: { failed: 1 } } });
    await app.db.query(`UPDATE telephony_webhook_receipts SET received_at = now() - interval '6 minutes'`);
    await untilReady(app, 200, { status: 'degraded', checks: { receipts: { failed: 1 } } });
  });

  it('is yellow while the PBX reports times of the future, and green once it does not', async () => {
    const report = (minutesAhead: number) =>
      app.webhook('call-ended', {
        bracknet_call_id: `BN-${minutesAhead}`,
        timestamp: new Date(Date.now() + minutesAhead * 60_000).toISOString(),
      });
    await report(360);
    await untilReady(app, 200, {
      status: 'degraded',
      checks: { clock: { status: 'degraded', problem: expect.stringMatching(/21600 s in the future/u) } },
    });
    await report(0);
    await untilReady(app, 200, { status: 'ok', checks: { clock: { status: 'ok' } } });
  });

  it('is yellow while the circuit of the PBX is open', async () => {
    const pbx = await pbxThat(hangsUp);
    const live = await TestApp.start(database, {
      bracknet: { mode: 'live', baseUrl: pbx.url, apiKey: KEY },
    });
    try {
      for (let nth = 0; nth < 5; nth += 1) {
        await live.post('/api/call/start', { agent_extension: '201', customer_number: `0171234567${nth}` });
      }
      await untilReady(live, 200, { status: 'degraded', checks: { pbx: { mode: 'live', breaker: 'open' } } });
    } finally {
      await live.close();
    }
  });

  it('is yellow in production while clicks to call reach no PBX', async () => {
    const production = await TestApp.start(database, { bracknet: { isMockAFault: true } });
    try {
      await untilReady(production, 200, {
        status: 'degraded',
        checks: {
          pbx: {
            status: 'degraded',
            mode: 'mock',
            problem: expect.stringMatching(/^mock mode in production/u),
          },
        },
      });
    } finally {
      await production.close();
    }
  }, 60_000);

  it('is yellow while the PBX takes calls and posts nothing, and says what was refused instead', async () => {
    const pbx = await pbxThat((response, nth) =>
      answers(200, { ...ACCEPTED, bracknet_call_id: `BN-${nth}` })(response, nth),
    );
    const live = await startEnforcing(database, {
      bracknet: { mode: 'live', baseUrl: pbx.url, apiKey: KEY },
      telephony: { businessHours: [{ days: [1, 2, 3, 4, 5, 6, 7], from: 0, to: 1440 }] },
    });
    try {
      // To another instance: this one would remember it.
      await app.webhook('call-ended', ENDED_BODY);
      await app.db.query(
        `UPDATE telephony_webhook_receipts SET delivery_id = $1, received_at = now() - interval '59 minutes'`,
        [SAME_ID],
      );
      await untilReady(live, 200, {
        checks: { webhooks: { status: 'ok', lastAcceptedAt: expect.any(String) } },
      });
      for (const nth of [1, 2, 3]) {
        const start = { agent_extension: '201', customer_number: `0171234567${nth}` };
        expect((await live.post('/api/call/start', start)).status).toBe(200);
      }
      await app.db.query(
        `UPDATE telephony_calls SET created_at = now() - interval '11 min', started_at = now() - interval '11 min'
          WHERE agent_user_id IS NOT NULL`,
      );
      await postSigned(live, ENDED_BODY, {}, { secret: OTHER_SECRET });
      await postSigned(live, 'not json');
      await untilReady(live, 200, {
        status: 'degraded',
        checks: {
          webhooks: {
            status: 'degraded',
            problem: expect.stringMatching(
              /^3 calls were placed since .*; 2 refused here since then \(signature_mismatch 1, quarantined 1\)/u,
            ),
          },
        },
      });
      expect(await counted(live, 'telephony_webhook_silent')).toBe(1);
      expect(await counted(live, 'telephony_webhook_silence_seconds')).toBeGreaterThan(3_500);

      await app.db.query(`UPDATE telephony_webhook_receipts SET received_at = now() - interval '61 minutes'`);
      await app.db.query('DELETE FROM telephony_calls');
      await untilReady(live, 200, {
        checks: {
          webhooks: {
            problem: expect.stringMatching(/^no webhook has been accepted for 61 min of business/u),
          },
        },
      });

      // A duplicate has no new receipt.
      expect(String((await postSigned(live, ENDED_BODY, {}, { id: SAME_ID })).body)).toContain('duplicate');
      await untilReady(live, 200, { checks: { webhooks: { status: 'ok' } } });
      expect(await counted(live, 'telephony_webhook_silent')).toBe(0);
      expect(namesOf(await app.nest.get(Registry).metrics())).toContain('telephony_webhook_silent');
      expect(await counted(app, 'telephony_webhook_silent')).toBe(0);
    } finally {
      await live.close();
    }
  });

  it('is red while the queue is full', async () => {
    queue = { depth: 2000, limit: 2000, isFull: true };
    const { status, body, headers } = await ready(app);
    expect([status, headers['retry-after']]).toEqual([503, '5']);
    expect(body).toMatchObject({
      statusCode: 503,
      code: 'WEBHOOK_QUEUE_FULL',
      message: expect.any(String),
      requestId: headers['x-request-id'],
      details: expect.arrayContaining([{ field: 'queue', problem: 'is full: 2000 events wait, 2000 may' }]),
      status: 'unavailable',
    });
    queue = { depth: 1999, limit: 2000, isFull: false };
    expect((await ready(app)).status).toBe(200);
  });
});
