import { once } from 'node:events';
import { type IncomingMessage, request as httpRequest } from 'node:http';
import type { Socket } from 'node:net';
import request from 'supertest';
import { AGENT_201, AGENT_202, JWT_SECRET, SUPERVISOR, TestApp, tokenOf } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { eventually } from '../support/eventually.js';
import { LiveSocket, type SocketOptions } from '../support/live-socket.js';
import { CUSTOMER, forge, secondsFromNow, STAFF } from '../support/tokens.js';

const ORIGIN = 'https://crm.example.com';
const PER_USER = 3;

/** @param exp seconds from now */
function signed(claims: object, exp = 3600): string {
  return forge({ alg: 'HS256' }, { iat: secondsFromNow(0), exp: secondsFromNow(exp), ...claims }, JWT_SECRET);
}

describe('the sockets of browsers', () => {
  let database: TestDatabase;
  let app: TestApp;
  let token: string;
  const opened: { close: () => void }[] = [];

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await TestApp.start(database, {
      http: { browserOrigins: [ORIGIN] },
      realtime: { maxSocketsPerUser: PER_USER },
    });
    token = await tokenOf(AGENT_201);
  });
  afterAll(async () => {
    await app.close();
    await database.drop();
  });
  afterEach(async () => {
    for (const socket of opened.splice(0)) socket.close();
    await eventually(async () => expect(await socketsByRole()).toEqual({ agent: 0, supervisor: 0 }));
  });

  async function joined(user = AGENT_201, options: SocketOptions = {}): Promise<LiveSocket> {
    const socket = await LiveSocket.joined(app, user, options);
    opened.push(socket);
    return socket;
  }

  async function metric(name: string): Promise<{ labels: Record<string, string>; value: number }[]> {
    const { Registry } = await import('prom-client');
    const found = await app.nest.get(Registry).getSingleMetric(name)?.get();
    return (found?.values ?? []) as never;
  }

  async function socketsByRole(): Promise<Record<string, number>> {
    const samples = await metric('telephony_sockets');
    return Object.fromEntries(samples.map(({ labels, value }) => [labels.role, value]));
  }

  async function refusals(reason: string): Promise<number> {
    const samples = await metric('telephony_sockets_refused_total');
    return samples.find(({ labels }) => labels.reason === reason)?.value ?? NaN;
  }

  /** A request for a socket that says nothing more. */
  async function upgrade(
    localAddress = '127.0.0.1',
    { path = '/socket.io/?EIO=4&transport=websocket', headers = {} } = {},
  ): Promise<{ status: number; socket: Socket; body: string }> {
    const asked = httpRequest(app.url + path, {
      agent: false,
      localAddress,
      headers: {
        Connection: 'Upgrade',
        Upgrade: 'websocket',
        'Sec-WebSocket-Version': '13',
        'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
        ...headers,
      },
    });
    asked.end();
    const [answer, socket] = (await Promise.race([once(asked, 'upgrade'), once(asked, 'response')])) as [
      IncomingMessage,
      Socket | undefined,
    ];
    if (socket !== undefined) {
      socket.on('error', () => undefined).resume();
      opened.push({ close: () => socket.destroy() });
      return { status: 101, socket, body: '' };
    }
    let body = '';
    for await (const chunk of answer) body += String(chunk);
    return { status: answer.statusCode ?? 0, socket: answer.socket, body };
  }

  it('are told who they are when they have joined', async () => {
    const agent = await joined();
    const supervisor = await joined(SUPERVISOR);
    const [first, ...later] = agent.received;
    expect(first).toEqual({
      event: 'ready',
      message: {
        v: 1,
        userId: 7,
        role: 'agent',
        extensions: ['201'],
        serverTime: expect.stringMatching(/^\d{4}-.*Z$/u),
        instance: expect.any(String),
      },
    });
    // The socket may have brought its user online.
    const others = later.filter(
      ({ event, message }) => !(event === 'agent_presence' && message.userId === AGENT_201.userId),
    );
    expect(others).toEqual([]);
    expect(await supervisor.next('ready')).toMatchObject({ userId: 1, role: 'supervisor', extensions: [] });
    expect(await socketsByRole()).toEqual({ agent: 1, supervisor: 1 });
  });

  it.each([
    ['Bearer before the token', () => ({ auth: { token: `Bearer ${token}` } })],
    ['an origin of BROWSER_ORIGINS', () => ({ auth: { token }, origin: ORIGIN })],
    ['the origin of the service itself', () => ({ auth: { token }, origin: app.url })],
  ])('are let in with %s', async (_what, options: () => SocketOptions) => {
    const socket = await joined(AGENT_201, options());
    expect(await socket.next('ready')).toMatchObject({ userId: 7 });
  });

  it.each([
    ['no token', () => ({}), 'UNAUTHENTICATED'],
    ['an empty token', () => ({ token: ' ' }), 'UNAUTHENTICATED'],
    ['a number as token', () => ({ token: 7 }), 'UNAUTHENTICATED'],
    ['an object as token', () => ({ token: { toString: 'x' } }), 'UNAUTHENTICATED'],
    ['garbage', () => ({ token: 'garbage' }), 'UNAUTHENTICATED'],
    ['an expired token', () => ({ token: signed(STAFF, -60) }), 'UNAUTHENTICATED'],
    ['an unsigned token', () => ({ token: forge({ alg: 'none' }, STAFF, null) }), 'UNAUTHENTICATED'],
    ['the token of a shop customer', () => ({ token: signed(CUSTOMER) }), 'CUSTOMER_TOKEN_REFUSED'],
    ['a token of nobody', () => ({ token: signed({ id: 7, type: 'robot' }) }), 'FORBIDDEN'],
  ])('are refused with %s', async (_what, auth: () => Record<string, unknown>, code) => {
    const { message, data } = await LiveSocket.refused(app.url, { auth: auth() });
    expect(data).toEqual({ statusCode: code === 'UNAUTHENTICATED' ? 401 : 403, code, message });
  });

  it('are refused in the root namespace, and in namespaces that do not exist', async () => {
    const root = await LiveSocket.refused(app.url, { namespace: '/', auth: { token } });
    expect(root.data).toMatchObject({ statusCode: 403, code: 'FORBIDDEN' });
    const before = await refusals('namespace');
    for (const frame of ['40/z,', '40/telephonyz,', '42/telephony,["join"]', '2', 'garbage']) {
      const { socket } = await upgrade();
      const answer = textOf(socket);
      socket.write(maskedFrame(frame));
      await once(socket, 'close');
      expect(answer()).not.toContain('Invalid namespace');
    }
    expect(await refusals('namespace')).toBe(before + 5);
    expect(await socketsByRole()).toEqual({ agent: 0, supervisor: 0 });
  });

  it.each(['https://evil.example.com', 'null', 'https://crm.example.com.evil.example.com'])(
    'are refused to pages of %s',
    async (origin) => {
      const before = await refusals('origin');
      const { status, body } = await upgrade('127.0.0.1', { headers: { origin } });
      expect([status, JSON.parse(body)]).toEqual([403, expect.objectContaining({ code: 'FORBIDDEN' })]);
      expect(await refusals('origin')).toBe(before + 1);
      await LiveSocket.refused(app.url, { auth: { token }, origin });
    },
  );

  it('are not served by polling', async () => {
    const polling = { auth: { token }, transports: ['polling'] };
    expect((await LiveSocket.refused(app.url, polling)).message).toContain('poll error');
    const { status, body } = await request(app.url).get('/socket.io/?EIO=4&transport=polling');
    expect([status, body.code]).toEqual([404, 'ROUTE_NOT_FOUND']);
    expect((await request(app.url).get('/socket.io/socket.io.js')).status).toBe(404);
  });

  it.each([
    ['', []],
    [' with arguments', ['x'.repeat(1000), { a: 1 }]],
    [' that wants an acknowledgement', [() => undefined]],
  ])('are cut off when they send an event%s', async (_what, content: unknown[]) => {
    const socket = await joined();
    const others = await joined(AGENT_202);
    socket.socket.emit('join', ...content);
    expect(await socket.disconnected()).toBe('io server disconnect');
    expect(others.disconnectedBy).toBeNull();
    expect(others.all('ready')).toHaveLength(1);
  });

  it('are cut off when they send more than 16 KiB', async () => {
    const socket = await joined();
    socket.socket.emit('join', 'x'.repeat(20_000));
    expect(await socket.disconnected()).toBe('transport close');
  });

  it('are cut off at a second packet before they have joined, and answered once at most', async () => {
    for (const frame of ['40/z,', '40', '3', '42/telephony,["join"]']) {
      const { socket } = await upgrade();
      const answer = textOf(socket);
      const frames = ['40/telephony,{"token":"x"}', ...Array.from({ length: 50 }, () => frame)];
      socket.write(Buffer.concat(frames.map(maskedFrame)));
      await once(socket, 'close');
      expect(answer().match(/44\//gu) ?? []).toEqual([]);
    }
  });

  it('are cut off when they flood the service with packets after they have joined', async () => {
    for (const frame of ['40/z,', '40/telephony,{"token":"x"}', '2', '41/other,']) {
      const { socket } = await upgrade();
      const answer = textOf(socket);
      socket.write(maskedFrame(`40/telephony,${JSON.stringify({ token })}`));
      await eventually(() => expect(answer()).toContain('"ready"'));
      const before = await refusals('client_event');
      socket.write(Buffer.concat(Array.from({ length: 50 }, () => maskedFrame(frame))));
      await once(socket, 'close');
      expect(await refusals('client_event')).toBe(before + 1);
      expect(answer()).toContain('41/telephony,');
      expect(answer()).not.toContain('44/');
    }
  });

  it('are not counted as refused when their page is closed', async () => {
    const before = await refusals('client_event');
    const socket = await joined();
    socket.close();
    await eventually(async () => expect(await socketsByRole()).toEqual({ agent: 0, supervisor: 0 }));
    expect(await refusals('client_event')).toBe(before);
  });

  it('leave room for their user when their connections break while they join', async () => {
    for (let n = 0; n < 60; n += 1) {
      const { socket } = await upgrade();
      socket.write(maskedFrame(`40/telephony,${JSON.stringify({ token })}`), () => socket.resetAndDestroy());
      await once(socket, 'close');
    }
    for (let n = 0; n < PER_USER; n += 1) await eventually(() => joined());
    expect(await socketsByRole()).toEqual({ agent: PER_USER, supervisor: 0 });
  });

  it('may ask once on each connection', async () => {
    const { socket } = await upgrade();
    const before = await refusals('repeated');
    const frames = ['40/telephony,{"token":"x"}', '40/telephony,{"token":"y"}'].map(maskedFrame);
    socket.write(Buffer.concat(frames));
    await once(socket, 'close');
    expect(await refusals('repeated')).toBe(before + 1);
  });

  it('are limited for each user', async () => {
    for (let n = 0; n < PER_USER; n += 1) await joined();
    const { data } = await LiveSocket.refused(app.url, { auth: { token } });
    expect(data).toMatchObject({ statusCode: 429, code: 'TOO_MANY_REQUESTS' });
    await joined(AGENT_202);
    opened.shift()?.close();
    await eventually(() => joined());
  });

  it('end with the token, and say so before', async () => {
    const socket = await joined(AGENT_201, { auth: { token: signed({ ...STAFF, extension: '201' }, 3) } });
    const { at } = await socket.next('session_expiring');
    expect(await socket.disconnected()).toBe('io server disconnect');
    expect(Math.abs(Date.now() - Date.parse(at))).toBeLessThan(1_500);
    await joined();
  });

  it('live as long as a token that ends in years', async () => {
    const socket = await joined(AGENT_201, { auth: { token: signed(STAFF, 400 * 86_400) } });
    await joined(AGENT_202);
    expect(socket.all('session_expiring')).toEqual([]);
    expect(socket.disconnectedBy).toBeNull();
  });

  it('are closed when the tokens of their user are withdrawn, and let in with a new one', async () => {
    const user = { ...STAFF, id: 77 };
    const old = signed({ ...user, iat: secondsFromNow(-60) });
    const revoked = await joined(AGENT_201, { auth: { token: old } });
    const other = await joined(AGENT_202);
    await app.post('/api/telephony/revocations', { userId: 77 }, SUPERVISOR);
    expect(await revoked.disconnected()).toBe('io server disconnect');
    expect(other.disconnectedBy).toBeNull();
    expect((await LiveSocket.refused(app.url, { auth: { token: old } })).data?.code).toBe('TOKEN_REVOKED');
    await joined(AGENT_201, { auth: { token: signed({ ...user, iat: secondsFromNow(10) }) } });
  });

  it('leave PBX and API their connections while 1,000 wait without a token', async () => {
    const addresses = Array.from({ length: 50 }, (_, index) => `127.0.1.${index + 1}`);
    const asked = await Promise.all(
      Array.from({ length: 1_000 }, (_, index) => upgrade(addresses[index % addresses.length])),
    );
    const statuses = asked.map(({ status }) => status);
    expect(statuses.filter((status) => status === 101)).toHaveLength(200);
    expect(statuses.filter((status) => status === 429)).toHaveLength(800);
    expect((await app.get('/api/telephony/live')).status).toBe(200);
    const event = { event: 'incoming_call', bracknet_call_id: 'FULL', from: '01711111111' };
    expect((await app.webhook('incoming-call', event)).status).toBe(200);
    const waiting = asked.filter(({ status }) => status === 101);
    // connectTimeout
    await Promise.all(waiting.map(({ socket }) => once(socket, 'close')));
    await joined();
  });

  it('of one address wait at most 20 at a time', async () => {
    const asked = await Promise.all(Array.from({ length: 21 }, () => upgrade('127.0.2.1')));
    expect(asked.filter(({ status }) => status === 101)).toHaveLength(20);
    const refused = asked.find(({ status }) => status !== 101);
    expect([refused?.status, JSON.parse(refused?.body ?? '')]).toEqual([
      429,
      expect.objectContaining({ code: 'TOO_MANY_REQUESTS' }),
    ]);
    expect((await upgrade('127.0.2.2')).status).toBe(101);
    expect(app.log.filter(({ msg }) => String(msg).includes('(address_crowded)'))).toHaveLength(1);
  });

  it('do not keep requests that ask for HTTP/2 from being answered', async () => {
    const headers = {
      Connection: 'Upgrade, HTTP2-Settings',
      Upgrade: 'h2c',
      'HTTP2-Settings': 'AAMAAABkAAQ',
    };
    for (let n = 0; n < 15; n += 1) {
      const answer = await request(app.url)
        .post('/api/webhook/bracknet/incoming-call')
        .set(headers)
        .send({ event: 'incoming_call', bracknet_call_id: `H2-${n}`, from: '01711111111' });
      expect([answer.status, answer.body.result]).toEqual([200, 'accepted']);
    }
    expect((await upgrade('127.0.0.1', { path: '/api/telephony/calls' })).status).toBe(401);
  });
});

/** A text of ASCII as a client sends it (RFC 6455, section 5.2), masked with zeros. */
function maskedFrame(text: string): Buffer {
  const { length } = text;
  const size = length < 126 ? [0x80 | length] : [0x80 | 126, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([0x81, ...size, 0, 0, 0, 0]), Buffer.from(text)]);
}

/** @returns what the socket has received until it is asked */
function textOf(socket: Socket): () => string {
  let text = '';
  socket.on('data', (chunk) => (text += String(chunk)));
  return () => text;
}
