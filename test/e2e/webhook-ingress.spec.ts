import { jest } from '@jest/globals';
import request from 'supertest';
import { Clock } from '../../src/common/time/clock.js';
import { WebhookVerification } from '../../src/modules/telephony/webhooks/ingress/webhook-verification.js';
import type { ConfigOverrides, TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import {
  CALL_ENDED,
  ENDED,
  ENDED_BODY,
  EVERY_ADDRESS,
  ONE_SHOT,
  postSigned,
  REFUSED,
  startEnforcing,
  statementsDuring,
} from '../support/enforcing-app.js';
import { rawRequest } from '../support/raw-request.js';
import {
  bracknetHeaders,
  nowPlus,
  OLD_SECRET,
  OTHER_SECRET,
  signedHeaders,
} from '../support/signed-webhooks.js';

describe('a server that enforces signatures', () => {
  let database: TestDatabase;
  let app: TestApp;

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await startEnforcing(database);
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });
  beforeEach(() => app.clear());

  it('accepts a valid signature, and stores the id of its key', async () => {
    const keyIds = app.nest.get(WebhookVerification).describe().keyIds;
    const first = await postSigned(app);
    expect([first.status, first.text]).toEqual([200, '{"status":"ok","result":"accepted"}']);
    await postSigned(app, '{"event":"call_ended","bracknet_call_id":"BN-2"}', {}, { secret: OLD_SECRET });
    expect((await app.receipts()).map(({ keyId }) => keyId)).toEqual(keyIds);
  });

  it('recognizes a retry with a new signature under the same id as a duplicate', async () => {
    await postSigned(app, ENDED_BODY, {}, { id: 'evt_1', timestamp: nowPlus(-60) });
    const again = await postSigned(app, ENDED_BODY, {}, { id: 'evt_1' });
    expect([again.status, again.text]).toEqual([200, '{"status":"ok","result":"duplicate"}']);
    expect(await app.receipts()).toHaveLength(1);
  });

  const good = signedHeaders(ENDED_BODY);
  it.each([
    [
      'no signature headers',
      { 'webhook-id': undefined, 'webhook-timestamp': undefined, 'webhook-signature': undefined },
    ],
    ['no id', { 'webhook-id': undefined }],
    ['no time', { 'webhook-timestamp': undefined }],
    ['no signature', { 'webhook-signature': undefined }],
    ['an empty id', { 'webhook-id': '' }],
    ['an empty time', { 'webhook-timestamp': '' }],
    ['an empty signature', { 'webhook-signature': '' }],
    ['the id twice', { ...good, 'webhook-id': [good['webhook-id'], good['webhook-id']] }],
    [
      'the time twice',
      { ...good, 'webhook-timestamp': [good['webhook-timestamp'], good['webhook-timestamp']] },
    ],
    [
      'the signature twice',
      { ...good, 'webhook-signature': [good['webhook-signature'], good['webhook-signature']] },
    ],
    ['another id', { ...good, 'webhook-id': 'msg_other' }],
    ['another time', { ...good, 'webhook-timestamp': String(Number(good['webhook-timestamp']) - 1) }],
    ['the signature of another body', signedHeaders(`${ENDED_BODY} `)],
    ['another secret', signedHeaders(ENDED_BODY, { secret: OTHER_SECRET })],
    [
      'the other profile',
      { ...bracknetHeaders(ENDED_BODY), 'webhook-id': undefined, 'webhook-signature': undefined },
    ],
    ['a time with letters behind', signedHeaders(ENDED_BODY, { timestamp: `${nowPlus(0)}abc` })],
    ['a time with a plus', signedHeaders(ENDED_BODY, { timestamp: `+${nowPlus(0)}` })],
    ['a time in milliseconds', signedHeaders(ENDED_BODY, { timestamp: `${nowPlus(0)}000` })],
    ['an id with a dot', signedHeaders(ENDED_BODY, { id: 'a.b' })],
    [
      'six signatures',
      { ...good, 'webhook-signature': Array.from({ length: 6 }, () => good['webhook-signature']).join(' ') },
    ],
    ['31 bytes of signature', { ...good, 'webhook-signature': `v1,${Buffer.alloc(31).toString('base64')}` }],
    [
      'a url-safe signature',
      { ...good, 'webhook-signature': `v1,${Buffer.alloc(32, 255).toString('base64url')}=` },
    ],
  ])('rejects %s: a constant body, nothing stored, no SQL', async (_what, headers) => {
    const statements = await statementsDuring(async () => {
      const answer = await postSigned(app, ENDED_BODY, headers);
      expect([answer.status, answer.text]).toEqual([401, REFUSED]);
      expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
      expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/u);
    });
    expect(statements).toBe(0);
    expect(await app.receipts()).toEqual([]);
  });

  it('counts the SQL statements of an accepted webhook', async () => {
    expect(await statementsDuring(() => postSigned(app))).toBeGreaterThan(0);
  });

  it.each([
    [-300, 200],
    [-299, 200],
    [-301, 401],
    [59, 200],
    [60, 200],
    [61, 401],
    [-315_360_000, 401],
    [315_360_000, 401],
  ])('responds to a timestamp %d seconds from now with %d', async (seconds, status) => {
    const now = jest.spyOn(app.nest.get(Clock), 'now').mockReturnValue(new Date());
    const timestamp = String(Math.floor(app.nest.get(Clock).now().getTime() / 1000) + seconds);
    try {
      expect((await postSigned(app, ENDED_BODY, {}, { timestamp })).status).toBe(status);
    } finally {
      now.mockRestore();
    }
  });

  it('rejects 5,000 signatures', async () => {
    const list = Array.from({ length: 5000 }, () => good['webhook-signature']).join(' ');
    expect((await postSigned(app, ENDED_BODY, { 'webhook-signature': list })).status).toBe(431);
  });

  it.each(EVERY_ADDRESS)('protects %s', async (path) => {
    const unsigned = await rawRequest(`${app.url}${path}`, {
      headers: [['Content-Type', 'application/json']],
      body: '{"event":"call_missed","from":"01712345678"}',
    });
    expect([unsigned.status, unsigned.text]).toEqual([401, REFUSED]);
    const signed = await postSigned(app, '{}', {}, { path });
    expect([signed.status, JSON.parse(signed.text)]).toEqual([
      400,
      expect.objectContaining({ code: 'WEBHOOK_INVALID' }),
    ]);
  });

  it.each(EVERY_ADDRESS)('accepts no other method on %s', async (path) => {
    for (const method of ['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const) {
      const { status, headers, text } = await rawRequest(`${app.url}${path}?x=1`, { method });
      expect([method, status, headers.allow]).toEqual([method, 405, 'POST']);
      expect(JSON.parse(text)).toEqual({
        statusCode: 405,
        code: 'METHOD_NOT_ALLOWED',
        message: expect.stringContaining('POST'),
        requestId: headers['x-request-id'],
      });
    }
    expect((await rawRequest(`${app.url}${path}`, { method: 'HEAD' })).status).toBe(405);
  });

  it.each(['/api/webhook/bracknet/call%2Dended', '/api/webhook/bracknet/call-ended?x=1'])(
    'lets nobody past by writing the address as %s',
    async (path) => {
      const unsigned = await postSigned(app, ENDED_BODY, { 'webhook-signature': undefined }, { path });
      expect(unsigned.status).toBe(path.includes('%') ? 404 : 401);
      if (path.includes('%')) expect((await postSigned(app, ENDED_BODY, {}, { path })).status).toBe(404);
      expect(await app.receipts()).toEqual([]);
    },
  );

  it('does not change parsing and access rules of the rest of the API', async () => {
    const answer = await request(app.url).post('/api/call/start').send({});
    expect([answer.status, answer.body.code]).toEqual([401, 'UNAUTHENTICATED']);
    expect((await request(app.url).get('/api/nowhere')).status).toBe(404);
    expect(
      (await app.post('/api/call/start', { agent_extension: '201', customer_number: '01712345678' })).status,
    ).toBe(200);
  });

  it('logs one line for its rejections, and no other until the minute is over', async () => {
    app.log.length = 0;
    for (let i = 0; i < 20; i += 1) {
      await postSigned(app, ENDED_BODY, { 'webhook-id': 'two words' });
    }
    await postSigned(app);
    const lines = app.log.filter(({ msg }) => msg === 'request');
    expect(lines.map(({ route, status }) => [route, status])).toEqual([[CALL_ENDED, 200]]);
    expect(app.log.filter(({ msg }) => String(msg).includes('header_malformed')).length).toBeLessThanOrEqual(
      1,
    );
    expect(JSON.stringify(app.log)).not.toMatch(/two words|v1,/u);
  });

  it('describes its verification without secrets', () => {
    expect(app.nest.get(WebhookVerification).describe()).toEqual({
      mode: 'enforce',
      profile: 'standard',
      keyIds: [expect.stringMatching(/^[0-9a-f]{8}$/u), expect.stringMatching(/^[0-9a-f]{8}$/u)],
      allowedAddresses: [],
    });
  });
});

describe('a server', () => {
  let database: TestDatabase;
  let app: TestApp | null;

  beforeAll(async () => {
    database = await createTestDatabase();
  });
  beforeEach(() => {
    app = null;
  });
  afterEach(async () => {
    await app?.clear();
    await app?.close();
  });
  afterAll(() => database.drop());

  async function start(settings: ConfigOverrides): Promise<TestApp> {
    return (app = await startEnforcing(database, settings));
  }

  it('in monitor mode accepts every signature, and logs what enforce mode would reject', async () => {
    const own = await start({ webhooks: { mode: 'monitor' } });
    await postSigned(own, ENDED_BODY, {}, { id: 'evt_good' });
    const bad = JSON.stringify({ ...ENDED, bracknet_call_id: 'BN-2' });
    expect((await postSigned(own, bad, signedHeaders('other'))).status).toBe(200);
    expect((await postSigned(own, bad.replace('BN-2', 'BN-3'), { 'webhook-id': undefined })).status).toBe(
      200,
    );
    const [key] = own.nest.get(WebhookVerification).describe().keyIds;
    expect((await own.receipts()).map(({ keyId }) => keyId)).toEqual([key, null, null]);
    const logged = own.log
      .map(({ msg }) => String(msg))
      .filter((msg) => msg.includes('that enforce mode would reject'));
    expect(logged).toEqual([
      expect.stringContaining('signature_mismatch'),
      expect.stringContaining('header_missing'),
    ]);
  });

  it('in off mode accepts an invalid signature', async () => {
    const own = await start({ webhooks: { mode: 'off' } });
    expect((await postSigned(own, ENDED_BODY, signedHeaders('other'))).status).toBe(200);
    expect((await own.receipts())[0]?.keyId).toBeNull();
  });

  it('with the bracknet profile accepts its headers, and rejects those of the other profile', async () => {
    const own = await start({ webhooks: { profile: 'bracknet' } });
    const post = (headers: object) =>
      request(own.url)
        .post(ONE_SHOT)
        .set('Content-Type', 'application/json')
        .set({ ...headers })
        .send(ENDED_BODY);
    expect((await post(bracknetHeaders(ENDED_BODY))).status).toBe(200);
    expect((await post(signedHeaders(ENDED_BODY))).status).toBe(401);
  });

  it('rejects webhooks from addresses that are not allowed: 403, the same body, no SQL', async () => {
    const own = await start({ webhooks: { allowedIps: ['203.0.113.0/24', '2001:db8::/32'] } });
    const statements = await statementsDuring(async () => {
      const answer = await postSigned(own);
      expect([answer.status, answer.text]).toEqual([403, REFUSED]);
    });
    expect(statements).toBe(0);
    await own.close();
    const other = await start({ webhooks: { allowedIps: ['127.0.0.0/8'] } });
    expect((await postSigned(other)).status).toBe(200);
    expect((await request(other.url).get('/health/live')).status).toBe(200);
  });

  describe('with a limit on failures', () => {
    it('responds 429 beyond it, but accepts a valid signature from the same address', async () => {
      const own = await start({ webhooks: { failuresPerMinute: 3 } });
      const statuses: number[] = [];
      for (let i = 0; i < 5; i += 1)
        statuses.push((await postSigned(own, ENDED_BODY, signedHeaders('x'))).status);
      expect(statuses).toEqual([401, 401, 401, 429, 429]);
      const early = await postSigned(own, ENDED_BODY, { 'webhook-id': undefined });
      expect(early.status).toBe(429);
      expect(Number(early.headers['retry-after'])).toBeGreaterThan(50);
      expect(JSON.parse(early.text)).toEqual({
        statusCode: 429,
        code: 'TOO_MANY_REQUESTS',
        message: expect.any(String),
        requestId: early.headers['x-request-id'],
      });
      expect((await postSigned(own)).status).toBe(200);
    });
  });

  describe('with a limit on events', () => {
    it('responds 429 beyond it, and stores nothing of rejected events', async () => {
      const own = await start({ webhooks: { eventsPerSecond: 1 } });
      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, i) =>
          postSigned(own, JSON.stringify({ ...ENDED, bracknet_call_id: `BN-${i}` })),
        ),
      );
      const taken = answers.filter(({ status }) => status === 200);
      const refused = answers.filter(({ status }) => status === 429);
      expect(taken.length + refused.length).toBe(8);
      expect(refused.length).toBeGreaterThan(0);
      expect(refused.map(({ headers }) => headers['retry-after'])).toEqual(refused.map(() => '1'));
      expect(await own.receipts()).toHaveLength(taken.length);
    });
  });
});
