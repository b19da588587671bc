import request from 'supertest';
import { MetricsServer } from '../../src/modules/metrics/metrics-server.js';
import { WebhookMetrics } from '../../src/modules/metrics/webhook-metrics.js';
import { AGENT_201, JWT_SECRET, SUPERVISOR, TestApp, tokenOf } from '../support/app.js';
import { accepts, answers, closePeersAndClients, KEY, pbxThat } from '../support/bracknet-peer.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { samplesOf } from '../support/samples.js';

const TOKEN = 'a-token-to-scrape-with';
const NUMBER = '01712345678';

let database: TestDatabase;
const apps: TestApp[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
});
afterEach(async () => {
  for (const app of apps.splice(0)) await app.close();
  await closePeersAndClients();
});
afterAll(() => database.drop());

async function start(overrides: Parameters<typeof TestApp.start>[1] = {}): Promise<TestApp> {
  const app = await TestApp.start(database, overrides);
  apps.push(app);
  return app;
}

function scrape(url: string, authorization?: string) {
  const sent = request(url).get('');
  return authorization === undefined ? sent : sent.set('Authorization', authorization);
}

function ownUrlOf(app: TestApp): string {
  const { url } = app.nest.get(MetricsServer);
  if (url === null) throw new Error('metrics have no port of their own');
  return url;
}

/** Requests without a valid token, which both ports reject in the same way. */
const BAD: readonly [string, string | undefined][] = [
  ['no header', undefined],
  ['an empty one', ''],
  ['another token', `Bearer ${TOKEN.slice(0, -1)}X`],
  ['a part of it', `Bearer ${TOKEN.slice(0, -1)}`],
  ['more than it', `Bearer ${TOKEN}x`],
  ['another scheme', `Basic ${TOKEN}`],
  ['the bare token', TOKEN],
];

describe('without METRICS_TOKEN and METRICS_PORT', () => {
  it('the address does not exist', async () => {
    const app = await start();
    for (const authorization of [
      undefined,
      `Bearer ${await tokenOf(SUPERVISOR)}`,
      'Bearer null',
      'Bearer ',
    ]) {
      const { status, body } = await scrape(`${app.url}/metrics`, authorization);
      expect([status, body]).toEqual([
        404,
        {
          statusCode: 404,
          code: 'ROUTE_NOT_FOUND',
          message: (await request(app.url).get('/nowhere')).body.message,
          requestId: expect.any(String),
        },
      ]);
    }
    expect(app.nest.get(MetricsServer).url).toBeNull();
  });
});

describe('with METRICS_TOKEN', () => {
  it('they are served to requests with this token, and not with a staff token', async () => {
    const app = await start({ metrics: { token: TOKEN } });
    for (const [, authorization] of [...BAD, ['staff', `Bearer ${await tokenOf(SUPERVISOR)}`] as const]) {
      const { status, body, headers } = await scrape(`${app.url}/metrics`, authorization);
      expect([status, body.code, headers['www-authenticate']]).toEqual([401, 'UNAUTHENTICATED', 'Bearer']);
    }
    const { status, headers, text } = await scrape(`${app.url}/metrics`, `Bearer ${TOKEN}`);
    expect([status, headers['content-type']]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8']);
    expect(samplesOf(text).get('telephony_database_up')).toBe(1);
    expect((await scrape(`${app.url}/api/metrics`, `Bearer ${TOKEN}`)).status).toBe(404);
  });
});

describe('with METRICS_PORT', () => {
  it('they are served on that port without a token, and not on the other port', async () => {
    const app = await start({ metrics: { port: 0 } });
    const { status, headers, text } = await scrape(ownUrlOf(app));
    expect([status, headers['content-type']]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8']);
    expect(samplesOf(text).get('telephony_database_up')).toBe(1);
    expect(new URL(ownUrlOf(app)).hostname).toBe('127.0.0.1');
    expect((await scrape(`${app.url}/metrics`)).body.code).toBe('ROUTE_NOT_FOUND');
  });

  it('nothing else is served there', async () => {
    const app = await start({ metrics: { port: 0 } });
    const { origin } = new URL(ownUrlOf(app));
    for (const path of ['/', '/metrics/', '/api/call/start', '/health/live', '/api/docs']) {
      const { status, body } = await request(origin).get(path);
      expect([status, body.code]).toEqual([404, 'ROUTE_NOT_FOUND']);
    }
    expect((await request(origin).post('/metrics')).status).toBe(404);
    expect((await request(origin).get('/metrics?format=text')).status).toBe(200);
  });

  it('and METRICS_TOKEN, they require the token there, and are not served on the other port', async () => {
    const app = await start({ metrics: { port: 0, token: TOKEN } });
    for (const [, authorization] of BAD) {
      const { status, body, headers } = await scrape(ownUrlOf(app), authorization);
      expect([status, body.code, headers['www-authenticate']]).toEqual([401, 'UNAUTHENTICATED', 'Bearer']);
    }
    expect((await scrape(ownUrlOf(app), `Bearer ${TOKEN}`)).status).toBe(200);
    expect((await scrape(`${app.url}/metrics`, `Bearer ${TOKEN}`)).status).toBe(404);
  });

  it('already in use, the service does not start', async () => {
    const port = Number(new URL(ownUrlOf(await start({ metrics: { port: 0 } }))).port);
    await expect(TestApp.start(database, { metrics: { port } })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
  });

  it('the port is free again when the service has ended', async () => {
    const app = await TestApp.start(database, { metrics: { port: 0 } });
    const url = ownUrlOf(app);
    await app.close();
    await expect(scrape(url)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});

describe('a scrape', () => {
  async function samplesIn(app: TestApp): Promise<Map<string, number>> {
    return samplesOf((await scrape(ownUrlOf(app))).text);
  }

  it('contains the process, the build, and the verification of webhooks', async () => {
    const samples = await samplesIn(await start({ metrics: { port: 0 } }));
    expect(samples.get('process_resident_memory_bytes')).toBeGreaterThan(0);
    expect(samples.has('nodejs_eventloop_lag_p99_seconds')).toBe(true);
    expect(samples.get(`telephony_build_info{version="0.1.0",node="${process.version}"}`)).toBe(1);
    expect(
      [...samples.keys()].filter((name) => name.startsWith('telephony_webhook_signature_info')),
    ).toHaveLength(1);
  });

  it('contains the backlog in the database', async () => {
    const app = await start({ metrics: { port: 0 } });
    await app.clear();
    await app.webhook('incoming-call', {
      event: 'incoming_call',
      from: NUMBER,
      to_extension: '201',
      bracknet_call_id: 'BN-1',
    });
    await app.webhook('call-ended', { event: 'call_ended', duration: 'long' });
    await app.webhook('one-shot', { event: 'coffee_ready' });
    await app.db.query(`UPDATE telephony_webhook_receipts SET received_at = now() - interval '1 hour'`);
    const samples = await samplesIn(app);
    const outcomes = (name: string) =>
      Object.fromEntries(
        ['failed', 'dead', 'quarantined', 'ignored', 'discarded', 'applied'].map((outcome) => [
          outcome,
          samples.get(`${name}{outcome="${outcome}"}`),
        ]),
      );
    expect(outcomes('telephony_webhook_receipts')).toEqual({
      failed: 0,
      dead: 0,
      quarantined: 1,
      ignored: 1,
      discarded: 0,
      applied: undefined,
    });
    const oldest = outcomes('telephony_webhook_oldest_unapplied_seconds');
    expect(oldest).toMatchObject({ failed: 0, dead: 0, ignored: undefined });
    expect(oldest.quarantined).toBeGreaterThanOrEqual(3_600);
    expect(oldest.quarantined).toBeLessThan(3_700);
    expect(samples.get('telephony_open_calls{status="ringing"}')).toBe(1);
    expect(samples.get('telephony_open_calls{status="answered"}')).toBe(0);
  });

  it('contains the PBX’s responses by attempt, and the state of the circuit', async () => {
    const pbx = await pbxThat((response, nth) =>
      (nth === 1 ? accepts : answers(422, { message: 'Number is barred' }))(response, nth),
    );
    const app = await start({
      metrics: { port: 0 },
      bracknet: { mode: 'live', baseUrl: pbx.url, apiKey: KEY },
    });
    await app.clear();
    await app.post('/api/call/start', { agent_extension: '201', customer_number: NUMBER });
    await app.post('/api/call/start', { agent_extension: '201', customer_number: '01812345678' });
    const samples = await samplesIn(app);
    const count = (outcome: string) =>
      samples.get(`telephony_pbx_request_seconds_count{operation="start",outcome="${outcome}"}`);
    expect([count('accepted'), count('pbx_refused')]).toEqual([1, 1]);
    expect(samples.get('telephony_pbx_mock')).toBe(0);
    const state = (name: string) => samples.get(`telephony_pbx_breaker_state{state="${name}"}`);
    expect([state('closed'), state('open'), state('half-open')]).toEqual([1, 0, 0]);
  });

  it('contains whether the PBX is the mock', async () => {
    const samples = await samplesIn(await start({ metrics: { port: 0 } }));
    expect(samples.get('telephony_pbx_mock')).toBe(1);
  });

  it('contains no telephone number, secret or id, whatever was sent', async () => {
    const app = await start({ metrics: { port: 0, token: TOKEN } });
    const metrics = app.nest.get(WebhookMetrics);
    for (const text of [NUMBER, `+88${NUMBER}`]) metrics.event(text, 'quarantined');
    await app.webhook('call-missed', { event: 'call_missed', from: NUMBER, to_extension: '201' });
    await app.webhook('one-shot', { event: NUMBER, from: NUMBER, bracknet_call_id: 'BN-CALL-987' });
    await app.post('/api/call/start', { agent_extension: '201', customer_number: NUMBER }, AGENT_201);
    const { text } = await scrape(ownUrlOf(app), `Bearer ${TOKEN}`);
    for (const secret of ['1712345678', TOKEN, JWT_SECRET, 'BN-', database.url]) {
      expect(text).not.toContain(secret);
    }
  });

  it('does not contain counters of another application in this process', async () => {
    const [one, other] = [await start({ metrics: { port: 0 } }), await start({ metrics: { port: 0 } })];
    one.nest.get(WebhookMetrics).event('missed', 'accepted');
    const missed = 'telephony_webhook_events_total{type="missed",result="accepted"}';
    expect([(await samplesIn(one)).get(missed), (await samplesIn(other)).get(missed)]).toEqual([1, 0]);
  });
});
