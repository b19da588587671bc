import { jest } from '@jest/globals';
import request from 'supertest';
import { Clock } from '../../src/common/time/clock.js';
import { RejectionLog } from '../../src/modules/telephony/webhooks/ingress/rejection-log.js';
import { WebhookVerification } from '../../src/modules/telephony/webhooks/ingress/webhook-verification.js';
import type { TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import {
  CALL_ENDED,
  ENDED_BODY,
  EVERY_ADDRESS,
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
  beforeEach(() => {
    // A period of its own for each test: the lines of a period are limited.
    app.nest.get(RejectionLog)['periodEnds'] = 0;
    return app.clear();
  });

  it('accepts a valid signature, and stores the id of its key', async () => {
    const keyIds = app.nest.get(WebhookVerification).describe().keyIds;
    const first = await postSigned(app);
    expect([first.status, first.text]).toEqual([200, '{"status":"ok","result":"accepted"}\n']);
    await postSigned(app, '{"event":"call_ended","bracknet_call_id":"BN-2"}', {}, { secret: OLD_SECRET });
    expect((await app.receipts()).map(({ keyId }) => keyId)).toEqual(keyIds);
  });

  it('recognizes a retry with a new signature under the same id as a duplicate', async () => {
    await postSigned(app, ENDED_BODY, {}, { id: 'evt_1', timestamp: nowPlus(-60) });
    const again = await postSigned(app, ENDED_BODY, {}, { id: 'evt_1' });
    expect([again.status, again.text]).toEqual([200, '{"status":"ok","result":"duplicate"}\n']);
    expect(await app.receipts()).toHaveLength(1);
  });

  const good = signedHeaders(ENDED_BODY);
  const { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': signature } = good;
  const NAMES = 'webhook-id, webhook-timestamp, webhook-signature';
  it.each<
    [
      what: string,
      headers: Record<string, string | string[] | undefined>,
      reason: string,
      header: string | null,
    ]
  >([
    [
      'no signature headers',
      { 'webhook-id': undefined, 'webhook-timestamp': undefined, 'webhook-signature': undefined },
      'header_missing',
      NAMES,
    ],
    ['no id', { 'webhook-id': undefined }, 'header_missing', 'webhook-id'],
    ['no time', { 'webhook-timestamp': undefined }, 'header_missing', 'webhook-timestamp'],
    ['no signature', { 'webhook-signature': undefined }, 'header_missing', 'webhook-signature'],
    ['an empty id', { 'webhook-id': '' }, 'header_empty', 'webhook-id'],
    ['an empty time', { 'webhook-timestamp': ' ' }, 'header_empty', 'webhook-timestamp'],
    ['an empty signature', { 'webhook-signature': '' }, 'header_empty', 'webhook-signature'],
    ['the id twice', { ...good, 'webhook-id': [id, id] }, 'header_repeated', 'webhook-id'],
    ['an empty id twice', { ...good, 'webhook-id': ['', ''] }, 'header_repeated', 'webhook-id'],
    [
      'the time twice',
      { ...good, 'webhook-timestamp': [time, time] },
      'header_repeated',
      'webhook-timestamp',
    ],
    [
      'the signature twice',
      { ...good, 'webhook-signature': [signature, signature] },
      'header_repeated',
      'webhook-signature',
    ],
    ['another id', { ...good, 'webhook-id': 'msg_other' }, 'signature_mismatch', null],
    ['another time', { ...good, 'webhook-timestamp': String(Number(time) - 1) }, 'signature_mismatch', null],
    ['the signature of another body', signedHeaders(`${ENDED_BODY} `), 'signature_mismatch', null],
    ['another secret', signedHeaders(ENDED_BODY, { secret: OTHER_SECRET }), 'signature_mismatch', null],
    [
      'the other profile',
      {
        ...bracknetHeaders(ENDED_BODY),
        'webhook-id': undefined,
        'webhook-timestamp': undefined,
        'webhook-signature': undefined,
      },
      'header_missing',
      NAMES,
    ],
    [
      'a time with letters behind',
      signedHeaders(ENDED_BODY, { timestamp: `${nowPlus(0)}abc` }),
      'header_malformed',
      'webhook-timestamp',
    ],
    [
      'a time with a plus',
      signedHeaders(ENDED_BODY, { timestamp: `+${nowPlus(0)}` }),
      'header_malformed',
      'webhook-timestamp',
    ],
    [
      'a time in milliseconds',
      signedHeaders(ENDED_BODY, { timestamp: `${nowPlus(0)}000` }),
      'header_malformed',
      'webhook-timestamp',
    ],
    [
      'a time long past',
      signedHeaders(ENDED_BODY, { timestamp: nowPlus(-999) }),
      'time_too_old',
      'webhook-timestamp',
    ],
    [
      'a time ahead',
      signedHeaders(ENDED_BODY, { timestamp: nowPlus(999) }),
      'time_too_new',
      'webhook-timestamp',
    ],
    ['an id with a dot', signedHeaders(ENDED_BODY, { id: 'a.b' }), 'header_malformed', 'webhook-id'],
    [
      'six signatures',
      { ...good, 'webhook-signature': Array.from({ length: 6 }, () => signature).join(' ') },
      'too_many_signatures',
      'webhook-signature',
    ],
    [
      '31 bytes of signature',
      { ...good, 'webhook-signature': `v1,${Buffer.alloc(31).toString('base64')}` },
      'header_malformed',
      'webhook-signature',
    ],
    [
      'a url-safe signature',
      { ...good, 'webhook-signature': `v1,${Buffer.alloc(32, 255).toString('base64url')}=` },
      'header_malformed',
      'webhook-signature',
    ],
  ])(
    'rejects %s: a constant body, nothing stored, no SQL, and a line that says why',
    async (_what, headers, reason, header) => {
      app.log.length = 0;
      const statements = await statementsDuring(async () => {
        const answer = await postSigned(app, ENDED_BODY, headers);
        expect([answer.status, answer.text]).toEqual([401, REFUSED]);
        expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
        expect(app.log).toEqual([
          {
            level: 40,
            time: expect.any(String),
            pid: process.pid,
            hostname: expect.any(String),
            context: 'WebhookIngress',
            requestId: answer.headers['x-request-id'],
            sourceAddress: '127.0.0.1',
            route: CALL_ENDED,
            status: 401,
            reason,
            ...(header !== null && { header }),
            ...(reason.startsWith('time_') && { skewSeconds: expect.any(Number) }),
            msg: `Webhook refused: ${reason}`,
          },
        ]);
      });
      expect(statements).toBe(0);
      expect(await app.receipts()).toEqual([]);
    },
  );

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

  it.each([
    ['another method', 'GET', {}, 405, 'method_not_allowed', null],
    ['another type', 'POST', { 'Content-Type': 'text/plain' }, 415, 'media_type', 'content-type'],
    ['no type', 'POST', {}, 415, 'media_type', 'content-type'],
    [
      'an encoding',
      'POST',
      { 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' },
      415,
      'media_type',
      'content-encoding',
    ],
  ])('logs a rejection of %s, and its request id', async (_what, method, headers, status, reason, header) => {
    app.log.length = 0;
    const answer = await rawRequest(`${app.url}${CALL_ENDED}`, {
      method,
      headers: [['X-Request-Id', 'pbx-42'], ...Object.entries(headers)],
    });
    expect([answer.status, answer.headers['x-request-id']]).toEqual([status, 'pbx-42']);
    expect(app.log).toMatchObject([{ requestId: 'pbx-42', status, reason, route: CALL_ENDED }]);
    expect(app.log[0]?.header ?? null).toBe(header);
  });

  it('logs a body that is too large, and the error code of an event that it cannot use', async () => {
    app.log.length = 0;
    const large = await postSigned(app, 'x'.repeat(65_537));
    const chunked = await postSigned(app, ['x'.repeat(65_000), 'x'.repeat(65_000)]);
    const unusable = await postSigned(app, '{}');
    expect(app.log.map(({ status, reason, header, code }) => [status, reason, header, code])).toEqual([
      [413, 'body_too_large', 'content-length', undefined],
      [413, 'body_too_large', undefined, undefined],
      [400, undefined, undefined, 'WEBHOOK_INVALID'],
    ]);
    expect(app.log.map(({ requestId }) => requestId)).toEqual(
      [large, chunked, unusable].map(({ headers }) => headers['x-request-id']),
    );
  });

  it('logs no value of a header', async () => {
    app.log.length = 0;
    await postSigned(app, ENDED_BODY, { 'webhook-id': 'two words' });
    await postSigned(app, ENDED_BODY, signedHeaders('other'));
    expect(JSON.stringify(app.log)).not.toMatch(/two words|v1,|msg_/u);
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
