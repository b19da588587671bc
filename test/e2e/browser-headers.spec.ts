import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import request from 'supertest';
import { AGENT_201, TestApp, tokenOf } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { rawRequest } from '../support/raw-request.js';

const CRM = 'https://crm.example.com';
const LAN = 'http://192.168.1.20:8080';

describe('what browsers are told', () => {
  let database: TestDatabase;
  let app: TestApp;

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await TestApp.start(database, {
      http: { browserOrigins: [CRM, LAN], trustedProxies: ['127.0.0.1'] },
    });
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  const preflight = (path: string, origin: string) =>
    request(app.url)
      .options(path)
      .set('Origin', origin)
      .set('Access-Control-Request-Method', 'POST')
      .set('Access-Control-Request-Headers', 'authorization,content-type,idempotency-key,x-request-id');

  it.each([
    ['GET', '/health/live', 200],
    ['GET', '/api/telephony/calls', 200],
    ['GET', '/api/telephony/calls/7', 404],
    ['GET', '/nowhere', 404],
    ['GET', '/api/telephony/calls/%zz', 404],
    ['GET', '/api/call/start', 405],
    ['POST', '/api/call/start', 400],
    ['GET', '/api/docs', 200],
    ['GET', '/api/docs-json', 200],
    ['POST', '/api/webhook/bracknet/call-missed', 415],
    ['GET', '/api/webhook/bracknet/call-missed', 405],
  ])('sends nosniff and no-store with %s %s', async (method, path, status) => {
    const headers = [['Authorization', `Bearer ${await tokenOf(AGENT_201)}`]] as const;
    const answer = await rawRequest(app.url, { method, path, headers });
    expect(answer.status).toBe(status);
    expect(answer.headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    });
    expect(answer.headers['x-request-id']).toBeDefined();
  });

  it('sends them with an accepted and an invalid webhook, a preflight, and what is no HTTP', async () => {
    const missed = { event: 'call_missed', from: '01712345678', to_extension: '201' };
    const answers = [
      await app.webhook('call-missed', missed),
      await app.webhook('call-missed', '{'),
      await preflight('/api/call/start', CRM),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 400, 204]);
    for (const { headers } of answers) {
      expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' });
    }
    const { hostname, port } = new URL(app.url);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    socket.end('no HTTP\r\n\r\n');
    const answer = await text(socket);
    expect(answer).toMatch(/^HTTP\/1.1 400/u);
    for (const line of ['X-Content-Type-Options: nosniff', 'Cache-Control: no-store', 'X-Request-Id: ']) {
      expect(answer).toContain(line);
    }
  });

  it('lets no other page frame an answer, and the API load nothing', async () => {
    const answer = await app.get('/api/telephony/calls');
    expect(answer.headers['content-security-policy']).toBe("default-src 'none';frame-ancestors 'none'");
    expect(answer.headers['x-frame-options']).toBe('DENY');
  });

  it('lets the page of the API load its own files, and nothing else', async () => {
    const { text: page, headers } = await request(app.url).get('/api/docs');
    const policy = headers['content-security-policy'];
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("frame-ancestors 'none'");
    // Inline scripts and files of others would need more than the policy allows.
    expect(page).not.toMatch(/<script(?![^>]*\ssrc=)|\son\w+=|javascript:/iu);
    const files = [...page.matchAll(/(?:src|href)="([^"]+)"/gu)].map(([, file]) => String(file));
    expect(files.length).toBeGreaterThan(4);
    for (const file of files) {
      const { origin, pathname } = new URL(file, `${app.url}/api/docs`);
      expect(origin).toBe(new URL(app.url).origin);
      const { status, headers: sent } = await request(app.url).get(pathname);
      expect([status, sent['x-content-type-options']]).toEqual([200, 'nosniff']);
    }
  });

  it('asks for https only where the request came by it, as a trusted proxy says', async () => {
    const hsts = async (url: string, headers: Record<string, string>) =>
      (await request(url).get('/health/live').set(headers)).headers['strict-transport-security'];
    expect(await hsts(app.url, {})).toBeUndefined();
    expect(await hsts(app.url, { 'X-Forwarded-Proto': 'http' })).toBeUndefined();
    expect(await hsts(app.url, { 'X-Forwarded-Proto': 'https' })).toBe('max-age=31536000');
  });

  it.each([CRM, LAN])('answers the preflight of %s with what its pages may send and read', async (origin) => {
    const { status, headers, text: body } = await preflight('/api/call/start', origin);
    expect([status, body]).toEqual([204, '']);
    expect(headers).toMatchObject({
      'access-control-allow-origin': origin,
      'access-control-allow-methods': 'GET, POST, PUT, PATCH, DELETE',
      'access-control-allow-headers': 'Authorization, Content-Type, Idempotency-Key, X-Request-Id',
      vary: 'Origin',
    });
    expect(headers).not.toHaveProperty('access-control-allow-credentials');
  });

  it('lets such a page read answers and errors, their id and when to retry', async () => {
    for (const path of ['/api/telephony/calls', '/api/nowhere', '/api/call/start']) {
      const { headers } = await request(app.url).get(path).set('Origin', CRM);
      expect(headers).toMatchObject({
        'access-control-allow-origin': CRM,
        'access-control-expose-headers': 'X-Request-Id, Retry-After, Content-Disposition',
      });
    }
  });

  it.each([
    ['another origin', '/api/call/start', 'https://evil.example.com'],
    ['a part of the origin', '/api/call/start', 'https://crm.example.com.evil.example'],
    ['another scheme', '/api/call/start', 'http://crm.example.com'],
    ['a sandboxed page', '/api/call/start', 'null'],
    ['a webhook', '/api/webhook/bracknet/call-ended', CRM],
    ['the one-shot webhook', '/api/telephony/webhook/bracknet', CRM],
    ['the readiness', '/health/ready', CRM],
  ])('refuses the preflight of %s', async (_what, path, origin) => {
    const { status, body, headers } = await preflight(path, origin);
    expect([status, body.code]).toEqual([405, 'METHOD_NOT_ALLOWED']);
    expect(Object.keys(headers).filter((name) => name.startsWith('access-control-'))).toEqual([]);
  });
});

describe('what browsers are told by default', () => {
  it('is neither of other origins nor of https, and in production not of the API', async () => {
    const database = await createTestDatabase();
    const app = await TestApp.start(database, { http: { apiDocs: false } });
    try {
      const { status, headers } = await request(app.url)
        .options('/api/call/start')
        .set({ Origin: CRM, 'Access-Control-Request-Method': 'POST', 'X-Forwarded-Proto': 'https' });
      expect(status).toBe(405);
      expect(Object.keys(headers).filter((name) => /^access-control-|^strict-/u.test(name))).toEqual([]);
      for (const path of ['/api/docs', '/api/docs-json', '/api/docs-yaml', '/api/docs/swagger-ui.css']) {
        expect((await request(app.url).get(path)).status).toBe(404);
      }
    } finally {
      await app.close();
      await database.drop();
    }
  });
});
