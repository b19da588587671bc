import type { IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { once } from 'node:events';
import request from 'supertest';
import { ErrorFilter } from '../../src/common/errors/error.filter.js';
import { HTTP_STATUS_OF } from '../../src/common/errors/error-code.js';
import { RouteAudit } from '../../src/modules/auth/route-audit.js';
import { CallLogService } from '../../src/modules/telephony/calls/log/call-log.service.js';
import { AGENT_201, JWT_SECRET, SUPERVISOR, TestApp, tokenOf } from '../support/app.js';
import { rawRequest } from '../support/raw-request.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

describe('the surface of the service', () => {
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

  it('has these routes with these access rules', () => {
    expect(app.nest.get(RouteAudit).list()).toEqual([
      'DELETE /telephony/extensions/:extension -> supervisor',
      'DELETE /telephony/recordings/:id/hold -> supervisor',
      'DELETE /telephony/revocations/:userId -> supervisor',
      'GET /crm/call-tasks -> staff',
      'GET /crm/call-tasks/:id -> staff',
      'GET /crm/call-tasks/due -> staff',
      'GET /crm/call-tasks/export -> overview',
      'GET /health/live -> public',
      'GET /health/ready -> public',
      'GET /metrics -> metrics',
      'GET /telephony/agents/directory -> staff',
      'GET /telephony/agents/me/status -> staff',
      'GET /telephony/agents/status -> staff',
      'GET /telephony/audit -> supervisor',
      'GET /telephony/calls -> staff',
      'GET /telephony/calls/:id -> staff',
      'GET /telephony/calls/:id/life -> supervisor',
      'GET /telephony/calls/:id/note -> staff',
      'GET /telephony/calls/:id/pop -> staff',
      'GET /telephony/calls/:id/recordings -> staff',
      'GET /telephony/calls/export -> staff',
      'GET /telephony/extensions -> supervisor',
      'GET /telephony/extensions/:extension/history -> supervisor',
      'GET /telephony/extensions/unassigned -> supervisor',
      'GET /telephony/live -> staff',
      'GET /telephony/recordings/:id/audio -> ticket',
      'GET /telephony/recordings/:id/listens -> supervisor',
      'GET /telephony/reports/agents/calls -> overview',
      'GET /telephony/reports/agents/presence -> overview',
      'GET /telephony/reports/cdr -> overview',
      'GET /telephony/reports/kpi -> overview',
      'GET /telephony/reports/queues -> overview',
      'GET /telephony/reports/trunks -> overview',
      'GET /telephony/reports/wait-hold -> overview',
      'GET /telephony/revocations -> supervisor',
      'GET /telephony/revocations/:userId -> supervisor',
      'GET /telephony/stats -> staff',
      'GET /telephony/wallboard -> overview',
      'GET /telephony/webhook-receipts -> supervisor',
      'GET /telephony/webhook-receipts/:id -> supervisor',
      'PATCH /crm/call-tasks/:id -> staff',
      'POST /call/hangup -> staff',
      'POST /call/start -> staff',
      'POST /call/transfer -> staff',
      'POST /telephony/agents/me/extension -> staff',
      'POST /telephony/agents/me/status -> staff',
      'POST /telephony/calls/:id/clear -> supervisor',
      'POST /telephony/calls/:id/customer -> staff',
      'POST /telephony/calls/initiate -> staff',
      'POST /telephony/erasures -> supervisor',
      'POST /telephony/extensions/import -> supervisor',
      'POST /telephony/recordings/:id/fetch -> supervisor',
      'POST /telephony/revocations -> supervisor',
      'POST /telephony/webhook-receipts/:id/discard -> supervisor',
      'POST /telephony/webhook-receipts/:id/replay -> supervisor',
      'POST /telephony/webhook-receipts/discard -> supervisor',
      'POST /telephony/webhook/bracknet -> webhook',
      'POST /webhook/bracknet/call-answered -> webhook',
      'POST /webhook/bracknet/call-ended -> webhook',
      'POST /webhook/bracknet/call-missed -> webhook',
      'POST /webhook/bracknet/call-recording -> webhook',
      'POST /webhook/bracknet/incoming-call -> webhook',
      'POST /webhook/bracknet/verify -> webhook',
      'PUT /telephony/calls/:id/note -> staff',
      'PUT /telephony/extensions/:extension -> supervisor',
      'PUT /telephony/recordings/:id/hold -> supervisor',
    ]);
  });

  it('has no route beside them but the description of the API, the console and the scripts for pages', () => {
    const tree: string = app.nest.getHttpAdapter().getInstance().printRoutes({ commonPrefix: false });
    const declared = app.nest
      .get(RouteAudit)
      .list()
      .map((line) => line.split(' ')[1] ?? '');
    const served = pathsOfTree(tree);
    const undeclared = served.filter((path) => !declared.includes(path.replace(/^\/api(?=\/)/u, '')));
    expect(served.length).toBeGreaterThan(declared.length);
    expect(
      undeclared.filter(
        (path) =>
          !/^\/(?:(?:api\/)?(?:docs|swagger-ui)|api\/telephony\/client\/|console(?:\/|\*|$))/u.test(path),
      ),
    ).toEqual([]);
  });

  it.each([
    ['GET', '/api/telephony/calls'],
    ['POST', '/api/call/start'],
    ['PATCH', '/api/crm/call-tasks/1'],
  ])('requires a staff token for %s %s', async (method, path) => {
    const send = (token?: string) => {
      const sent = request(app.url)[method.toLowerCase() as 'get' | 'post' | 'patch'](path);
      return token === undefined ? sent : sent.set('Authorization', `Bearer ${token}`);
    };
    const nobody = await send();
    expect([nobody.status, nobody.body.code]).toEqual([401, 'UNAUTHENTICATED']);
    expect(nobody.headers['www-authenticate']).toBe('Bearer');
    const forged = `${(await tokenOf(SUPERVISOR)).split('.').slice(0, 2).join('.')}.AAAA`;
    expect((await send(forged)).status).toBe(401);
    const shopper = await send(await tokenOf({ userId: 5, role: 'customer-account' }));
    expect([shopper.status, shopper.body.code]).toEqual([403, 'CUSTOMER_TOKEN_REFUSED']);
  });

  it('answers every error in one shape, under the id of the request', async () => {
    const answer = await request(app.url).get('/nowhere').set('X-Request-Id', 'my-own-id.1');
    expect(answer.body).toEqual({
      statusCode: 404,
      code: 'ROUTE_NOT_FOUND',
      message: expect.stringContaining('/api/docs'),
      requestId: 'my-own-id.1',
    });
    expect(answer.headers['x-request-id']).toBe('my-own-id.1');
  });

  it('generates a request id when the client sends no valid one', async () => {
    const answer = await request(app.url).get('/health/live').set('X-Request-Id', 'two words; and more');
    expect(answer.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/u);
  });

  it('answers in that shape before there is a route, too', async () => {
    for (const path of ['/api/telephony/calls/%zz', `/api/telephony/calls/${'1'.repeat(200)}`]) {
      const { status, body } = await request(app.url).get(path);
      expect([status, body]).toEqual([
        404,
        {
          statusCode: 404,
          code: 'ROUTE_NOT_FOUND',
          message: expect.not.stringContaining('zz'),
          requestId: expect.any(String),
        },
      ]);
    }
    const { status, body } = await request(app.url)
      .get('/health/live')
      .set('X-Large', 'x'.repeat(17 * 1024));
    expect([status, body.code]).toEqual([431, 'HEADERS_TOO_LARGE']);
  });

  it.each([
    [{ agent_extension: '201' }, 'customer_number is required', { rule: 'required' }],
    [{ agent_extension: '201', customer_number: null }, 'customer_number is required', { rule: 'required' }],
    [
      { agent_extension: '201', customer_number: 1712345678 },
      'customer_number must be text, in quotation marks',
      { rule: 'wrong_type' },
    ],
    [{ agent_extension: '201', customer_number: '' }, 'customer_number must not be empty', { rule: 'empty' }],
    [
      { agent_extension: '201', customer_number: '0'.repeat(101) },
      'customer_number must be at most 100 characters long',
      { rule: 'too_long', limit: 100 },
    ],
  ])('names one problem for each field of %j', async (body, problem, rule) => {
    const answer = await app.post('/api/call/start', body);
    expect([answer.status, answer.body]).toEqual([
      400,
      {
        statusCode: 400,
        code: 'VALIDATION_FAILED',
        message: problem,
        requestId: expect.any(String),
        details: [{ field: 'customer_number', problem, ...rule }],
      },
    ]);
    expect(answer.text.endsWith('}\n')).toBe(true);
  });

  it('answers what the framework or a plugin blames on the request with that status, and logs no error', async () => {
    app.log.length = 0;
    const paths: [string, number, string][] = [
      ['/api/docs/%00', 403, 'FORBIDDEN'],
      ['/api/docs/..%5c', 403, 'FORBIDDEN'],
      ['/api/docs/../x', 403, 'FORBIDDEN'],
      [`/api/docs/${'a'.repeat(5_000)}`, 403, 'FORBIDDEN'],
      [`/${'a'.repeat(5_000)}`, 404, 'ROUTE_NOT_FOUND'],
      [`/api/telephony/calls/${'1'.repeat(5_000)}`, 404, 'ROUTE_NOT_FOUND'],
    ];
    for (const [path, status, code] of paths) {
      // Not by supertest, which resolves `..`.
      const answer = await rawRequest(app.url, { method: 'GET', path });
      expect([answer.status, JSON.parse(answer.text).code]).toEqual([status, code]);
    }
    const headers: [string, string, number][] = [
      ['Range', 'bytes=99999999-', 416],
      ['If-Match', '"another"', 412],
      ['Expect', 'the unexpected', 417],
    ];
    for (const [name, value, status] of headers) {
      const path = '/api/docs/swagger-ui.css';
      const answer = await rawRequest(app.url, { method: 'GET', path, headers: [[name, value]] });
      expect(JSON.parse(answer.text)).toMatchObject({ statusCode: status, code: 'REQUEST_REFUSED' });
      expect(answer.status).toBe(status);
    }
    expect(app.log.filter(({ level }) => Number(level) >= 40)).toEqual([]);
  });

  it.each([
    ['an array', `${'['.repeat(8_000)}${']'.repeat(8_000)}`],
    ['a field', `{"customer_number":${'['.repeat(7_900)}${']'.repeat(7_900)}}`],
    ['objects', `${'{"a":'.repeat(2_500)}1${'}'.repeat(2_500)}`],
  ])('refuses a body of deeply nested %s without an error in the log', async (_what, text) => {
    app.log.length = 0;
    const { status, body } = await request(app.url)
      .post('/api/call/start')
      .set('Authorization', `Bearer ${await tokenOf(AGENT_201)}`)
      .set('Content-Type', 'application/json')
      .send(text);
    expect([status, body.code]).toEqual([400, 'VALIDATION_FAILED']);
    expect(body.message).toContain('32 levels');
    expect(app.log.filter(({ level }) => Number(level) >= 40)).toEqual([]);
  });

  it('says which methods an address takes, for every address', async () => {
    const routes = app.nest
      .get(RouteAudit)
      .list()
      .map((line) => /^(\w+) (\S+) -> (\w+)$/u.exec(line)?.slice(1) as [string, string, string]);
    for (const [method, path, rule] of routes) {
      const prefix = /^\/(?:health|metrics)/u.test(path) ? '' : '/api';
      const { status, body, headers } = await request(app.url).trace(prefix + path.replace(':id', '7'));
      expect([status, body.code]).toEqual([405, 'METHOD_NOT_ALLOWED']);
      expect(headers.allow?.split(', ')).toContain(method);
      expect(body.message).toContain(rule === 'webhook' ? 'use POST' : method);
    }
    const task = await request(app.url).delete('/api/crm/call-tasks/7');
    expect(task.headers.allow).toBe('GET, HEAD, PATCH');
    for (const method of ['options', 'trace', 'get'] as const) {
      const answer = await request(app.url)[method]('/api/call/start?x=1');
      expect([answer.status, answer.headers.allow]).toEqual([405, 'POST']);
    }
    // Another spelling of a webhook's path is no address, whatever the method.
    expect((await request(app.url).get('/api/webhook/bracknet/call%2dended')).status).toBe(404);
  });

  it('names broken JSON, other media types and large bodies', async () => {
    const token = await tokenOf(AGENT_201);
    const post = () => request(app.url).post('/api/call/start').set('Authorization', `Bearer ${token}`);
    const broken = await post().set('Content-Type', 'application/json').send('{"customer_number":');
    expect([broken.status, broken.body.code]).toEqual([400, 'MALFORMED_JSON']);
    const form = await post().type('form').send('customer_number=01712345678');
    expect([form.status, form.body.code]).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
    const large = await post().send({ customer_number: '0'.repeat(17 * 1024) });
    expect([large.status, large.body.code]).toEqual([413, 'PAYLOAD_TOO_LARGE']);
    const poisoned = await post()
      .set('Content-Type', 'application/json')
      .send('{"__proto__":{"role":"admin"}}');
    expect(poisoned.status).toBe(400);
  });

  it('hides the details of an unexpected error, but logs it with the same request id', async () => {
    const log = app.nest.get(CallLogService);
    const list = log.list.bind(log);
    log.list = () => Promise.reject(new Error('secret detail of 01712345678'));
    try {
      const { status, body } = await app.get('/api/telephony/calls');
      expect([status, body]).toEqual([
        500,
        {
          statusCode: 500,
          code: 'INTERNAL',
          message: 'Internal server error',
          requestId: expect.any(String),
        },
      ]);
      const line = app.log.find(
        ({ context, requestId }) => context === ErrorFilter.name && requestId === body.requestId,
      );
      expect(JSON.stringify(line)).toContain('secret detail of ********678');
    } finally {
      log.list = list;
    }
  });

  it('has a status for every error code', () => {
    for (const status of Object.values(HTTP_STATUS_OF)) expect([4, 5]).toContain(Math.floor(status / 100));
  });

  it('names the user of a request that is forbidden, and nobody whose token is not valid', async () => {
    app.log.length = 0;
    await app.get('/api/telephony/webhook-receipts', AGENT_201);
    await request(app.url).get('/api/telephony/calls').set('Authorization', 'Bearer x.y.z');
    const requests = app.log.filter(({ msg }) => msg === 'request');
    expect(requests.map(({ status, userId, role }) => [status, userId, role])).toEqual([
      [403, 7, 'agent'],
      [401, undefined, undefined],
    ]);
  });

  it('logs one line per request: id, who, route, status and time, no numbers, tokens or bodies', async () => {
    app.log.length = 0;
    const token = await tokenOf(AGENT_201);
    await request(app.url)
      .get('/api/telephony/calls?customerPhone=01712345678')
      .set('Authorization', `Bearer ${token}`);
    await app.post('/api/call/start', { agent_extension: '201', customer_number: '01712345678' });
    await app.webhook('call-missed', { event: 'call_missed', from: '01712345678', to_extension: '201' });
    const requests = app.log.filter(({ msg }) => msg === 'request');
    expect(requests.map(({ method, route, status }) => [method, route, status])).toEqual([
      ['GET', '/api/telephony/calls', 200],
      ['POST', '/api/call/start', 200],
      ['POST', '/api/webhook/bracknet/call-missed', 200],
    ]);
    for (const line of requests) {
      expect(line).toMatchObject({
        requestId: expect.any(String),
        durationMs: expect.any(Number),
        address: '127.0.0.1',
      });
    }
    expect(requests.map(({ userId, role }) => [userId, role])).toEqual([
      [7, 'agent'],
      [7, 'agent'],
      [undefined, undefined],
    ]);
    const everything = JSON.stringify(app.log);
    for (const secret of ['01712345678', '8801712345678', token, JWT_SECRET])
      expect(everything).not.toContain(secret);
  });

  it('describes itself: every route, its errors and the contract’s examples', async () => {
    const { body } = await request(app.url).get('/api/docs-json');
    expect(Object.keys(body.paths)).toHaveLength(59);
    expect(body.paths['/api/call/start'].post.security).toEqual([{ bearer: [] }]);
    expect(body.paths['/api/webhook/bracknet/call-ended'].post.security).toBeUndefined();
    expect(body.components.schemas.StartCallRequest.properties.crm_call_id.example).toBe('CRM-CALL-987654');
    expect(body.components.schemas.ErrorCode.enum).toEqual(Object.keys(HTTP_STATUS_OF));
    const page = await request(app.url).get('/api/docs');
    expect([page.status, page.type]).toEqual([200, 'text/html']);
  });

  it('is alive without its database, but not ready, and loses nothing by saying so', async () => {
    const own = await createTestDatabase();
    const lonely = await TestApp.start(own);
    await own.drop();
    try {
      expect((await request(lonely.url).get('/health/live')).status).toBe(200);
      const ready = await request(lonely.url).get('/health/ready');
      expect([ready.status, ready.body.code]).toEqual([503, 'DATABASE_UNAVAILABLE']);
      expect(ready.body).toMatchObject({
        details: [{ field: 'database', problem: 'does not answer' }],
        checks: { database: { status: 'unavailable' }, receipts: { dead: null } },
      });
      const missed = await lonely.webhook('call-missed', { event: 'call_missed', from: '01712345678' });
      expect([missed.status, missed.body.code]).toEqual([503, 'DATABASE_UNAVAILABLE']);
      expect(missed.headers['retry-after']).toBe('5');
    } finally {
      await lonely.close();
    }
  });

  it('does not take a client that resets its connection for a database that is away', async () => {
    app.log.length = 0;
    const { hostname, port } = new URL(app.url);
    const token = await tokenOf(AGENT_201);
    for (const path of ['/api/call/start', '/api/webhook/bracknet/call-ended']) {
      const received = once(app.nest.getHttpServer(), 'request');
      const socket = connect(Number(port), hostname);
      await once(socket, 'connect');
      socket.write(
        `POST ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\nExpect: 100-continue\r\n` +
          'Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{',
      );
      // The server has read the headers: it waits for the body.
      await once(socket, 'data');
      const [message] = (await received) as [IncomingMessage];
      socket.resetAndDestroy();
      await new Promise((closed) => message.once('close', closed));
    }
    expect((await request(app.url).get('/health/live')).status).toBe(200);
    expect(app.log.filter(({ level }) => Number(level) >= 40)).toEqual([]);
  });

  it('closes a request that is never completed', async () => {
    const { hostname, port } = new URL(app.url);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    socket.write(
      'POST /api/webhook/bracknet/call-ended HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{',
    );
    const answer: Buffer[] = [];
    socket.on('data', (part: Buffer) => answer.push(part));
    await once(socket, 'close');
    expect(Buffer.concat(answer).toString()).toMatch(/^HTTP\/1.1 408[^]*"code":"REQUEST_TIMEOUT"/u);
  });
});

/** Full paths of what Fastify prints as a tree of segments, four characters deeper each. */
function pathsOfTree(tree: string): string[] {
  const segments: string[] = [];
  return tree.split('\n').flatMap((line) => {
    const [, indent, segment, methods] = /^([ │]*)[├└]── (\S*)(?: \((.+)\))?$/u.exec(line) ?? [];
    if (indent === undefined || segment === undefined) return [];
    segments.length = indent.length / 4;
    segments.push(segment);
    return methods === undefined ? [] : [segments.join('')];
  });
}
