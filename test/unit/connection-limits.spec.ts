import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { type ConnectionBounds, ConnectionLimits } from '../../src/common/http/connection-limits.js';
import { SourceAddress } from '../../src/common/http/source-address.js';
import { eventually } from '../support/eventually.js';

const ATTACKER = '127.0.0.66';
const PROXY = '127.0.0.9';

describe('the connections of the server', () => {
  let server: Server;
  let refused: string[];
  const sockets: Socket[] = [];
  /** Of requests to /slow, which the test answers itself. */
  let waiting: ServerResponse[];

  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  });

  async function listen(bounds: Partial<ConnectionBounds>, sockets = 0): Promise<void> {
    refused = [];
    waiting = [];
    const limits = new ConnectionLimits(
      { most: 100, perAddress: 100, idleMs: 10_000, proxyIdleMs: 72_000, ...bounds },
      new SourceAddress([PROXY]),
      (address) => refused.push(address),
    );
    server = createServer((message, response) => {
      limits.used(message.socket, response);
      if (message.url === '/slow') waiting.push(response);
      else response.end('answered');
    });
    server.on('upgrade', (_message, socket: Socket) => {
      limits.upgraded(socket);
      socket
        .on('error', () => undefined)
        .on('end', () => socket.destroy())
        .resume();
      socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n');
    });
    limits.watch(server, sockets);
    server.listen(0, '0.0.0.0');
    await once(server, 'listening');
  }

  /** Connects from an address of this machine, and waits until the server has seen it. */
  async function open(localAddress: string): Promise<Socket> {
    const { port } = server.address() as AddressInfo;
    const seen = once(server, 'connection');
    const socket = connect({ port, host: '127.0.0.1', localAddress });
    socket.on('error', () => undefined);
    sockets.push(socket);
    await Promise.all([once(socket, 'connect'), seen]);
    return socket;
  }

  async function openMany(count: number, address: string): Promise<Socket[]> {
    const opened: Socket[] = [];
    for (let n = 0; n < count; n += 1) opened.push(await open(address));
    return opened;
  }

  async function ask(socket: Socket): Promise<string> {
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    const [answer] = (await once(socket, 'data')) as [Buffer];
    return answer.toString();
  }

  async function askSlowly(socket: Socket): Promise<void> {
    const before = waiting.length;
    socket.write('GET /slow HTTP/1.1\r\nHost: x\r\n\r\n');
    await eventually(() => expect(waiting.length).toBeGreaterThan(before));
  }

  const isOpen = (socket: Socket) => !socket.destroyed && !socket.readableEnded;
  const closed = (socket: Socket) => (isOpen(socket) ? once(socket.resume(), 'close') : Promise.resolve());

  it('are not all held by one address: its longest unused one gives way to its next one', async () => {
    await listen({ perAddress: 3 });
    const [first, second, third] = (await openMany(3, ATTACKER)) as [Socket, Socket, Socket];
    expect(await ask(first)).toContain('answered');
    const fourth = await open(ATTACKER);
    await closed(second);
    expect([first, second, third, fourth].map(isOpen)).toEqual([true, false, true, true]);
    expect(await ask(fourth)).toContain('answered');
    expect(refused).toEqual([]);
  });

  it('are refused to an address that uses all of its own, and to no other', async () => {
    await listen({ perAddress: 2 });
    for (const socket of await openMany(2, ATTACKER)) await askSlowly(socket);
    const third = await open(ATTACKER);
    await closed(third);
    expect(refused).toEqual([ATTACKER]);
    expect(await ask(await open('127.0.0.1'))).toContain('answered');
    for (const response of waiting) response.end('late');
    await eventually(async () => expect(await ask(await open(ATTACKER))).toContain('answered'));
  });

  it('are not held by requests whose bodies do not come', async () => {
    await listen({ perAddress: 2 });
    const attackers = (await openMany(2, ATTACKER)) as [Socket, Socket];
    for (const socket of attackers) {
      const before = waiting.length;
      socket.write('POST /slow HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf');
      await eventually(() => expect(waiting.length).toBeGreaterThan(before));
    }
    const third = await open(ATTACKER);
    await closed(attackers[0]);
    expect(await ask(third)).toContain('answered');
    expect([isOpen(attackers[1]), refused]).toEqual([true, []]);
  });

  it('are not those that were upgraded, which are never closed for a new one', async () => {
    await listen({ most: 4, perAddress: 2 }, 10);
    const upgraded = await openMany(1, ATTACKER);
    for (let n = 0; n < 6; n += 1) {
      const socket = n === 0 ? (upgraded[0] as Socket) : await open(ATTACKER);
      socket.write('GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n');
      await once(socket, 'data');
      upgraded.push(socket);
    }
    const clients = [await open('127.0.0.2'), await open('127.0.0.3'), await open('127.0.0.4')];
    for (const client of clients) await askSlowly(client);
    await askSlowly(await open('127.0.0.6'));
    const fifth = await open('127.0.0.7');
    await closed(fifth);
    expect([...upgraded, ...clients].every(isOpen)).toBe(true);
    expect(refused).toEqual([]);
  });

  it('are free again when they are closed', async () => {
    await listen({ perAddress: 2 });
    for (let round = 0; round < 5; round += 1) {
      const socket = await open(ATTACKER);
      await askSlowly(socket);
      const gone = once(waiting.at(-1) as ServerResponse, 'close');
      socket.destroy();
      await gone;
    }
    expect(refused).toEqual([]);
  });

  it('are not bounded for a trusted proxy', async () => {
    await listen({ perAddress: 2 });
    const proxied = await openMany(6, PROXY);
    for (const socket of proxied) await askSlowly(socket);
    expect(proxied.map(isOpen)).toEqual(Array.from({ length: 6 }, () => true));
    expect(refused).toEqual([]);
  });

  it('near the limit an unused one is closed for a new client, of a proxy only when no other is unused', async () => {
    await listen({ most: 10, perAddress: 10 });
    const [proxied] = (await openMany(1, PROXY)) as [Socket];
    const busy = await open('127.0.0.2');
    await askSlowly(busy);
    const idle = await openMany(7, ATTACKER);
    for (let n = 0; n < 7; n += 1) {
      const client = await open('127.0.0.3');
      await askSlowly(client);
      await closed(idle[n] as Socket);
    }
    expect([isOpen(proxied), isOpen(busy)]).toEqual([true, true]);
    const last = await open('127.0.0.4');
    await closed(proxied);
    expect(await ask(last)).toContain('answered');
    expect(isOpen(busy)).toBe(true);
  });

  it('hold no client that has sent a part of its headers, when there are many', async () => {
    await listen({ most: 10, perAddress: 10 });
    for (const socket of await openMany(9, ATTACKER)) socket.write('GET / HTTP/1.1\r\nX-Slow: ');
    for (let n = 0; n < 20; n += 1) expect(await ask(await open('127.0.0.1'))).toContain('answered');
  });

  it('are closed soon when they are unused, those of a proxy later', async () => {
    await listen({ idleMs: 50, proxyIdleMs: 60_000 });
    const [direct, proxied] = [await open('127.0.0.1'), await open(PROXY)];
    await ask(proxied);
    await ask(direct);
    await closed(direct);
    expect(isOpen(proxied)).toBe(true);
    expect(await ask(proxied)).toContain('answered');
  });

  it('of a proxy are closed in the end', async () => {
    await listen({ idleMs: 50, proxyIdleMs: 100 });
    const proxied = await open(PROXY);
    for (let n = 0; n < 2; n += 1) expect(await ask(proxied)).toContain('answered');
    await closed(proxied);
    expect(proxied.readableEnded).toBe(true);
  });
});
