import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import type { Socket } from 'socket.io-client';
import { Certificates } from '../support/certificates.js';
import { AGENT_201, type TestApp, tokenOf } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { CALL_ENDED, ENDED, ENDED_BODY, ONE_SHOT, startEnforcing } from '../support/enforcing-app.js';
import { Nginx, type NginxRequest } from '../support/nginx.js';
import { signedHeaders } from '../support/signed-webhooks.js';

/** Addresses of this machine. nginx connects to the service from 127.0.0.1, which is the trusted proxy. */
const PBX = '127.0.0.7';
const STRANGER = '127.0.0.66';

/** What the service answers to a request without a token. */
const OURS = /"code":"UNAUTHENTICATED"/u;

describe('behind the nginx of the documents', () => {
  let database: TestDatabase;
  let app: TestApp;
  let certificates: Certificates;
  let crm: Server;
  let nginx: Nginx;
  /** Paths that the CRM was asked for, as they arrived. */
  let asked: string[] = [];

  beforeAll(async () => {
    [database, certificates] = await Promise.all([createTestDatabase(), Certificates.create()]);
    app = await startEnforcing(database, {
      http: { trustedProxies: ['127.0.0.1'] },
      webhooks: { allowedIps: [PBX] },
    });
    crm = createServer((message, response) => {
      asked.push(message.url ?? '');
      response.end('the CRM');
    }).listen(0, '127.0.0.1');
    await once(crm, 'listening');
    const { port } = crm.address() as AddressInfo;
    nginx = await Nginx.start(new URL(app.url).host, `127.0.0.1:${port}`, certificates);
  });
  beforeEach(async () => {
    asked = [];
    await app.clear();
  });
  afterAll(async () => {
    await nginx.stop();
    crm.close();
    await app.close();
    await Promise.all([database.drop(), certificates.remove()]);
  });

  function webhook(path: string, body: string, request: NginxRequest = {}) {
    return nginx.send(path, {
      method: 'POST',
      from: PBX,
      body,
      ...request,
      headers: { 'Content-Type': 'application/json', ...signedHeaders(body), ...request.headers },
    });
  }

  describe('sockets', () => {
    let socket: Socket;

    afterEach(() => socket.disconnect());

    it('of staff pass, and are pushed to', async () => {
      socket = nginx.openSocket(await tokenOf(AGENT_201));
      await new Promise((resolve) => socket.once('ready', resolve));
      const pushed = new Promise((resolve) => socket.once('incoming_call', resolve));
      const event = {
        event: 'incoming_call',
        bracknet_call_id: 'BN-9',
        from: '01712345678',
        to_extension: '201',
      };
      expect(await webhook(ONE_SHOT, JSON.stringify(event))).toMatchObject({ status: 200 });
      expect(await pushed).toMatchObject({ call: { externalCallId: 'BN-9' } });
    });

    it('of a page pass from the same origin, and not from that of a stranger', async () => {
      expect(await isLetIn(nginx.url)).toBe(true);
      expect(await isLetIn('https://stranger.example.com')).toBe(false);
    });

    async function isLetIn(origin: string): Promise<unknown> {
      socket = nginx.openSocket(await tokenOf(AGENT_201), origin);
      const outcome = await new Promise((resolve) => {
        socket.once('ready', () => resolve(true));
        socket.once('connect_error', () => resolve(false));
      });
      socket.disconnect();
      return outcome;
    }
  });

  describe('webhooks', () => {
    it('pass with their signature, byte for byte, and with the address of the PBX', async () => {
      const body = `{ "event":"call_ended",  "bracknet_call_id":"BN-1", "note":"বাংলা \\u0995", "n":1.50 }`;
      for (const [path, sent] of [
        [CALL_ENDED, body],
        [ONE_SHOT, ENDED_BODY],
      ] as const) {
        expect(await webhook(path, sent)).toMatchObject({ status: 200 });
      }
      const receipts = await app.receipts();
      expect(receipts.map(({ sourceAddress }) => sourceAddress)).toEqual([PBX, PBX]);
    });

    it('of another address do not pass, whatever address they claim', async () => {
      const claims: Record<string, string>[] = [
        {},
        { 'X-Forwarded-For': PBX },
        { 'X-Forwarded-For': `${PBX}, 127.0.0.1` },
        { 'X-Forwarded-For': `${PBX},`, 'X-Real-IP': PBX, Forwarded: `for=${PBX}` },
      ];
      for (const headers of claims) {
        expect([
          headers,
          (await webhook(CALL_ENDED, ENDED_BODY, { from: STRANGER, headers })).status,
        ]).toEqual([headers, 403]);
      }
      expect(await app.receipts()).toEqual([]);
    });

    it('of the PBX are not mistaken for those of an address that they claim', async () => {
      const { status } = await webhook(CALL_ENDED, ENDED_BODY, { headers: { 'X-Forwarded-For': STRANGER } });
      expect(status).toBe(200);
      expect((await app.receipts())[0]?.sourceAddress).toBe(PBX);
    });

    it('of up to 64 KiB reach the service, and larger ones get its own answer', async () => {
      const sized = (bytes: number) => {
        const body = JSON.stringify({ ...ENDED, filler: '' });
        return body.replace('""', `"${'x'.repeat(bytes - body.length)}"`);
      };
      expect((await webhook(CALL_ENDED, sized(65_536))).status).toBe(200);
      const large = await webhook(CALL_ENDED, sized(65_537));
      expect([large.status, large.text]).toEqual([413, expect.stringContaining('PAYLOAD_TOO_LARGE')]);
    });
  });

  it('the API answers with a token, and the CRM does not see it', async () => {
    const headers = { Authorization: `Bearer ${await tokenOf(AGENT_201)}` };
    const tasks = await nginx.send('/api/crm/call-tasks?limit=1', { headers });
    expect([tasks.status, JSON.parse(tasks.text)]).toEqual([200, expect.objectContaining({ items: [] })]);
    expect(asked).toEqual([]);
  });

  it.each([
    '/api/telephony/calls',
    '/api/telephony/calls/1',
    '/api/telephony/webhook-receipts?outcome=dead',
    '/api/crm/call-tasks',
    '/api/crm/call-tasks?status=pending',
  ])('%s is ours', async (path) => {
    expect((await nginx.send(path)).text).toMatch(OURS);
    expect(asked).toEqual([]);
  });

  it.each([
    '/',
    '/api/telephony/order-assignments',
    '/api/telephony/order-assignments?page=1',
    '/api/telephony/order-assignments/7/outcome',
    '/api/telephony/order-assignments/..;/calls',
    '/api/telephony/Order-Assignments/7',
    '/api/telephony/%6frder-assignments/7',
    '/api/telephony//order-assignments',
    '/api/telephony/calls/../order-assignments',
    '/api/telephony/%2e%2e/crm/automation/rules',
    '/api/crm/automation/rules',
    '/api/crm/call-tasks-of-others',
    '/api/callbacks',
    '/api/webhook/other',
    '/api/telephonyx',
    '/api/docs',
    '/apix/call/start',
  ])('%s is the CRM’s, as it was sent', async (path) => {
    expect(await nginx.send(path)).toEqual({ status: 200, text: 'the CRM' });
    expect(asked).toEqual([path]);
  });

  it.each([
    '/API/telephony/calls',
    '/api/Call/start',
    '/api/telephony/../telephony/calls',
    '/api/telephony/order-assignments/../calls',
    '/api/telephony/order-assignments/%2e%2e/calls',
    '/api/telephony/order-assignments%2f..%2fcalls',
    '/api/crm/automation/../call-tasks',
    '/api//telephony/calls',
    '//api/telephony/calls',
    '/x/%2E%2E/api/telephony/calls',
    '/api/webhook/bracknet/../bracknet/call-ended',
    '/api/call%2fstart',
    '/api/telephony/..%2f..%2fapi/telephony/calls',
  ])('%s reaches neither the CRM nor anything of ours', async (path) => {
    for (const method of ['GET', 'POST']) {
      expect([method, (await nginx.send(path, { method })).status]).toEqual([method, 404]);
    }
    expect(asked).toEqual([]);
  });

  it.each([
    '/health/live',
    '/health/ready',
    '/health',
    '/metrics',
    '/Health/ready',
    '/health%2fready',
    '//health//ready',
    '/./health/ready',
    '/api/../health/ready',
    '/api/telephony/..%2f..%2fhealth/ready',
    '/api/call/%2e%2e/%2e%2e/metrics',
  ])('%s is closed', async (path) => {
    expect((await nginx.send(path)).status).toBe(404);
    expect(asked).toEqual([]);
  });
});
