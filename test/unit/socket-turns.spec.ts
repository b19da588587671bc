import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { jest } from '@jest/globals';
import { MOST_WAITING, SocketTurns } from '../../src/modules/realtime/gateway/socket-turns.js';

describe('the turns of sockets', () => {
  describe('by the clock', () => {
    beforeEach(() => jest.useFakeTimers());
    afterEach(() => jest.useRealTimers());

    function crowd(count: number): { turns: SocketTurns; begun: number[]; accepted: boolean[] } {
      const turns = new SocketTurns();
      const begun: number[] = [];
      const accepted = Array.from({ length: count }, (_, n) =>
        turns.wait(new PassThrough(), () => begun.push(n) > 0),
      );
      return { turns, begun, accepted };
    }

    it('come at once for the first ten, and then a hundred in a second, in the order of arrival', () => {
      const { begun } = crowd(60);

      expect(begun).toHaveLength(10);
      jest.advanceTimersByTime(100);
      expect(begun).toHaveLength(20);
      jest.advanceTimersByTime(400);
      expect(begun).toEqual(Array.from({ length: 60 }, (_, n) => n));
    });

    it('come at once again after a quiet time', () => {
      const { turns, begun } = crowd(40);
      jest.advanceTimersByTime(1_000);
      for (let n = 40; n < 50; n += 1) turns.wait(new PassThrough(), () => begun.push(n) > 0);

      expect(begun).toHaveLength(50);
    });

    it('are not used up by who is refused when his comes', () => {
      const { turns, begun } = crowd(20);
      for (let n = 0; n < 500; n += 1) turns.wait(new PassThrough(), () => false);
      turns.wait(new PassThrough(), () => begun.push(20) > 0);
      jest.advanceTimersByTime(110);

      expect(begun).toHaveLength(21);
    });

    it('are refused while as many wait as may', () => {
      const { accepted } = crowd(10 + MOST_WAITING + 1);

      expect(accepted.filter((isAccepted) => !isAccepted)).toHaveLength(1);
      expect(accepted.at(-1)).toBe(false);
    });

    it('come all at once at the end', () => {
      const { turns, begun } = crowd(100);
      turns.end();

      expect(begun).toHaveLength(100);
      jest.advanceTimersByTime(5_000);
      expect(begun).toHaveLength(100);
    });
  });

  describe('of real connections', () => {
    let server: Server;
    let turns: SocketTurns;
    let begun: Socket[];
    const clients: Socket[] = [];

    beforeEach(async () => {
      turns = new SocketTurns();
      begun = [];
      server = createServer().on('upgrade', (_message, socket: Socket) => {
        turns.wait(socket, () => begun.push(socket) > 0);
        server.emit('asked', socket);
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
    });

    afterEach(async () => {
      turns.end();
      for (const socket of begun) socket.destroy();
      for (const client of clients.splice(0)) client.destroy();
      server.close();
      await once(server, 'close');
    });

    async function ask(): Promise<{ client: Socket; connection: Socket }> {
      const asked = once(server, 'asked');
      const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
      client.on('error', () => undefined);
      clients.push(client);
      client.write(
        'GET /socket.io/ HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
      );
      const [connection] = (await asked) as [Socket];
      return { client, connection };
    }

    /** Of whose turn has not come. */
    async function waiting(): ReturnType<typeof ask> {
      for (let n = 0; n < 40; n += 1) turns.wait(new PassThrough(), () => true);
      return ask();
    }

    it('are lost by a client that hangs up', async () => {
      const { client, connection } = await waiting();
      const closed = once(connection, 'close');
      client.end();
      await closed;
      turns.end();

      expect(begun).toEqual([]);
    });

    it('are lost by a client that speaks before it is answered', async () => {
      const { client, connection } = await waiting();
      const closed = once(connection, 'close');
      client.write('something');
      await closed;
      turns.end();

      expect(begun).toEqual([]);
    });

    it('leave a connection as it came: what its client says then is read', async () => {
      const { client, connection } = await waiting();
      turns.end();
      const heard = once(connection, 'data');
      client.write('hello');

      expect(String((await heard)[0])).toBe('hello');
    });
  });
});
