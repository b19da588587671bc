import { jest } from '@jest/globals';
import {
  createTelephonyClient,
  type IncomingCall,
  type TelephonyClient,
  type TelephonyState,
} from '../../src/client/client.js';
import { eventually } from '../support/eventually.js';
import { liveCall, liveTask, PushServer } from '../support/push-server.js';

describe('the client', () => {
  let server: PushServer;
  let client: TelephonyClient;
  let token: string | null;
  let asked: number;
  let rung: IncomingCall[];

  beforeEach(async () => {
    server = await PushServer.start();
    token = 'good';
    asked = 0;
    rung = [];
  });
  afterEach(async () => {
    client.close();
    await server.stop();
  });

  function start(): void {
    const getToken = (): string | null => {
      asked += 1;
      return token;
    };
    client = createTelephonyClient({ url: server.url, getToken });
    client.on('incoming', (call) => rung.push(call));
  }

  /** Resolves with the first state that satisfies the condition. */
  function until(condition: (state: TelephonyState) => boolean): Promise<TelephonyState> {
    return new Promise((resolve) => {
      const check = (): void => {
        const state = client.getSnapshot();
        if (!condition(state)) return;
        end();
        resolve(state);
      };
      const end = client.subscribe(check);
      check();
    });
  }

  const isLive = ({ connection }: TelephonyState): boolean => connection.status === 'live';

  async function startLive(): Promise<void> {
    start();
    await until(isLive);
  }

  describe('on connecting', () => {
    it('joins first, then takes the snapshot, with a token that was asked for', async () => {
      server.write(liveCall({ id: 2, status: 'answered' }), liveCall({ id: 1, status: 'answered' }));
      start();
      expect(client.getSnapshot()).toMatchObject({
        connection: { status: 'connecting' },
        me: null,
        calls: [],
      });
      const { calls, me } = await until(isLive);
      expect(calls.map(({ id }) => id)).toEqual([2, 1]);
      expect(me).toMatchObject({ userId: 7, extensions: ['201'] });
      expect([asked, server.presented, server.requests]).toEqual([1, ['good'], ['/api/telephony/live']]);
    });

    it('keeps what a message says while an older snapshot is on its way', async () => {
      server.write(liveCall({ id: 1 }), liveCall({ id: 2 }));
      server.beforeAnswer = () => {
        server.beforeAnswer = () => undefined;
        return new Promise((answer) => {
          const end = client.on('message', ({ event }) => {
            if (event !== 'call_gone') return;
            end();
            answer();
          });
          server.update(liveCall({ id: 1, status: 'completed', version: 2 }));
          server.calls.delete(2);
          server.send('call_gone', { v: 1, id: 2, into: null });
        });
      };
      start();
      const { calls, ended } = await until(isLive);
      expect(calls).toEqual([]);
      expect(ended.map(({ id }) => id)).toEqual([1]);
      // A gone call of the snapshot is read by its id before it is believed.
      expect(server.requests).toEqual(['/api/telephony/live', '/api/telephony/calls/2']);
    });

    it('refuses an address with a path, because the namespace would change', () => {
      const options = { url: 'https://example.com/telephony', getToken: () => 'good' };
      expect(() => createTelephonyClient(options)).toThrow('url must be an origin without a path');
      start();
    });
  });

  describe('while it is live', () => {
    beforeEach(startLive);

    it('announces a ringing call once, with the customer, and keeps who calls', async () => {
      server.ring(liveCall({ id: 1 }), 'Rahima');
      server.ring(liveCall({ id: 1 }), 'Rahima');
      server.update(liveCall({ id: 1, status: 'answered', version: 2 }));
      const { callers } = await until(({ calls }) => calls[0]?.status === 'answered');
      expect(rung).toMatchObject([{ call: { id: 1 }, customer: { name: 'Rahima' }, matchCount: 1 }]);
      expect(callers.get(1)).toMatchObject({ customer: { name: 'Rahima' } });
    });

    it('announces no call that is known to be answered already', async () => {
      server.update(liveCall({ id: 1, status: 'answered', version: 2 }));
      server.ring(liveCall({ id: 1, version: 1 }), 'Rahima');
      const { calls } = await until(({ callers }) => callers.has(1));
      expect([rung, calls[0]?.status]).toEqual([[], 'answered']);
    });

    it('announces a call that is transferred to the user, and that it rings until he has it', async () => {
      const transferred = { id: 1, status: 'answered', agentUserId: 8, agentPhone: '202' } as const;
      server.update(liveCall({ ...transferred, version: 2 }));
      await until(({ calls }) => calls.length === 1);
      server.ring(liveCall({ ...transferred, version: 3 }), 'Rahima');
      await until(({ ringing }) => ringing.has(1));
      expect(rung.map(({ call }) => [call.id, call.status])).toEqual([[1, 'answered']]);
      server.update(liveCall({ ...transferred, queueName: 'sales', version: 4 }));
      await until(({ calls }) => calls[0]?.version === 4);
      expect(client.getSnapshot().ringing).toEqual(new Set([1]));
      server.update(liveCall({ id: 1, status: 'answered', version: 5 }));
      await until(({ calls }) => calls[0]?.version === 5);
      expect(client.getSnapshot().ringing).toEqual(new Set());
      expect(rung).toHaveLength(1);
    });

    it('keeps which calls ring until they are answered, are over, or are gone', async () => {
      for (const id of [1, 2, 3]) server.ring(liveCall({ id }));
      await until(({ ringing }) => ringing.size === 3);
      server.update(liveCall({ id: 1, status: 'answered', version: 2 }));
      server.update(liveCall({ id: 2, status: 'failed', version: 2 }));
      await until(({ ringing }) => ringing.size === 1);
      server.calls.delete(3);
      server.send('call_gone', { v: 1, id: 3, into: null });
      await until(({ ringing }) => ringing.size === 0);
      expect(client.getSnapshot().calls.map(({ id }) => id)).toEqual([1]);
    });

    it('moves a call that ends from the open calls to the ended ones', async () => {
      server.update(liveCall({ id: 1 }));
      server.update(liveCall({ id: 1, status: 'failed', version: 2 }));
      const { calls } = await until(({ ended }) => ended.length === 1);
      expect(calls).toEqual([]);
    });

    it('forgets a call that is gone', async () => {
      server.update(liveCall({ id: 1 }));
      await until(({ calls }) => calls.length === 1);
      server.calls.delete(1);
      server.send('call_gone', { v: 1, id: 1, into: 9 });
      expect((await until(({ calls }) => calls.length === 0)).ended).toEqual([]);
    });

    it('reads a call that comes back with the version it went with', async () => {
      server.update(liveCall({ id: 1 }));
      server.send('call_gone', { v: 1, id: 1, into: null });
      server.update(liveCall({ id: 1 }));
      await eventually(() => expect(server.requests).toContain('/api/telephony/calls/1'));
      await until(({ calls }) => calls.length === 1);
    });

    it('takes the snapshot again when it is told to, and settles what is missing from it', async () => {
      server.update(liveCall({ id: 1 }));
      server.update(liveCall({ id: 2 }));
      await until(({ calls }) => calls.length === 2);
      server.write(liveCall({ id: 1, status: 'completed', version: 2 }));
      server.calls.delete(2);
      server.send('resync', { v: 1, why: 'the feed was away' });
      const { calls, ended } = await until((state) => state.calls.length === 0);
      expect([calls, ended.map(({ id }) => id)]).toEqual([[], [1]]);
    });

    it('passes on presence and tasks, and knows its own presence', async () => {
      const tasks: number[] = [];
      client.on('task', ({ id }) => tasks.push(id));
      const presence = {
        v: 1,
        reason: 'lunch',
        since: '2026-01-03T10:30:00Z',
        extension: null,
        callId: null,
      } as const;
      server.send('task_changed', { v: 1, task: liveTask(4) });
      server.send('agent_presence', { ...presence, userId: 8, status: 'offline' });
      server.send('agent_presence', { ...presence, userId: 7, status: 'break' });
      await until(({ me }) => me?.status === 'break');
      expect(tasks).toEqual([4]);
    });

    it('gives the same state until something changes, and none after its end', async () => {
      const before = client.getSnapshot();
      server.update(liveCall({ id: 1 }));
      const after = await until(({ calls }) => calls.length === 1);
      expect(after).not.toBe(before);
      expect(before.calls).toEqual([]);
      let changes = 0;
      client.subscribe(() => (changes += 1));
      server.update(liveCall({ id: 1 }));
      server.send('task_changed', { v: 1, task: liveTask(4) });
      await new Promise<void>((resolve) => void client.on('task', () => resolve()));
      expect([client.getSnapshot() === after, changes]).toEqual([true, 0]);
      client.close();
      expect(client.getSnapshot().connection.status).toBe('closed');
    });
  });

  it.each([
    ['closed', 'closed', () => client.close()],
    ['lost', 'stale', () => server.cut()],
  ] as const)(
    'a call that cannot be read makes no state of a client live that is %s',
    async (_name, status, leave) => {
      await startLive();
      server.update(liveCall({ id: 1, version: 2 }));
      await until(({ calls }) => calls.length === 1);
      let answer: () => void = () => undefined;
      const held = new Promise<void>((resolve) => (answer = resolve));
      server.beforeAnswer = (path) => (path.endsWith('/calls/1') ? held : undefined);
      server.isBroken = true;
      server.send('call_gone', { v: 1, id: 1, into: null });
      server.send('call_updated', { v: 1, call: liveCall({ id: 1, version: 2 }) });
      await eventually(() => expect(server.requests.at(-1)).toMatch(/\/calls\/1$/u));
      server.isBroken = false;
      server.socketsToCut = Infinity;
      leave();
      await until(({ connection }) => connection.status === status);
      const asked = server.requests.length;
      answer();
      const others = 20;
      for (let n = 0; n < others; n += 1) await (await fetch(`${server.url}/api/telephony/live`)).text();
      expect(client.getSnapshot().connection.status).toBe(status);
      expect(server.requests).toHaveLength(asked + others);
    },
  );

  describe('on a lost connection', () => {
    it('says so, comes back, and has the state of the server', async () => {
      await startLive();
      server.update(liveCall({ id: 1 }));
      server.update(liveCall({ id: 2, status: 'answered' }));
      await until(({ calls }) => calls.length === 2);
      server.cut();
      const stale = await until(({ connection }) => connection.status === 'stale');
      expect(stale.calls).toHaveLength(2);
      server.write(liveCall({ id: 1, status: 'failed', version: 2 }), liveCall({ id: 3 }));
      const { calls, ended } = await until(isLive);
      expect(calls.map(({ id }) => id)).toEqual([3, 2]);
      expect(ended.map(({ id }) => id)).toEqual([1]);
      expect(asked).toBe(2);
      // The message of the third call was sent while nobody listened.
      expect(rung.map(({ call, matchCount }) => [call.id, matchCount])).toEqual([[3, null]]);
    });

    it('reads at most 50 of the calls that are missing from the snapshot, and shows none of them', async () => {
      await startLive();
      for (let id = 1; id <= 60; id++) server.update(liveCall({ id }));
      await until(({ calls }) => calls.length === 60);
      server.cut();
      await until(({ connection }) => connection.status === 'stale');
      for (let id = 1; id <= 60; id++) server.write(liveCall({ id, status: 'completed', version: 2 }));
      expect((await until(isLive)).calls).toEqual([]);
      expect(server.requests.filter((path) => path.startsWith('/api/telephony/calls/'))).toHaveLength(50);
    });

    it('reads all calls that are missing from a snapshot that lacks open ones, before it is live again', async () => {
      await startLive();
      for (let id = 1; id <= 120; id++) server.update(liveCall({ id }));
      await until(({ calls }) => calls.length === 120);
      server.mostShown = 10;
      server.cut();
      await until(({ connection }) => connection.status === 'stale');
      for (let id = 1; id <= 60; id++) server.write(liveCall({ id, status: 'completed', version: 2 }));
      const { calls } = await until(isLive);
      expect(calls.map(({ id }) => id)).toEqual(Array.from({ length: 60 }, (_, n) => 120 - n));
    });

    it('comes back when the server has closed the socket, which socket.io-client does not', async () => {
      await startLive();
      server.expel();
      await until(({ connection }) => connection.status === 'stale');
      await until(isLive);
    });

    it('connects again when a connection is lost before the server has said anything on it', async () => {
      server.socketsToCut = 1;
      await startLive();
      server.socketsToCut = 1;
      server.cut();
      await until(({ connection }) => connection.status === 'stale');
      await until(isLive);
      expect(server.socketsToCut).toBe(0);
      // socket.io-client by itself takes 20 s each time.
    }, 15_000);

    it('stays away when it is closed while it connects', async () => {
      jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
      try {
        start();
        client.close();
        await jest.advanceTimersByTimeAsync(60_000);
        expect(jest.getTimerCount()).toBe(0);
        expect(asked).toBe(0);
        expect(client.getSnapshot().connection.status).toBe('closed');
      } finally {
        jest.useRealTimers();
      }
    });

    it('comes back to a service that was started again', async () => {
      await startLive();
      const { port } = server;
      await server.stop();
      await until(({ connection }) => connection.status === 'stale');
      server = await PushServer.start([], port);
      await until(isLive);
    });

    it('is not live before it has a snapshot, and asks for it until it gets one', async () => {
      server.isBroken = true;
      start();
      const { connection } = await until((state) => state.connection.reason !== null);
      expect(connection).toEqual({
        status: 'connecting',
        code: null,
        reason: 'The service answered 503 to the request for the snapshot',
      });
      server.isBroken = false;
      await until(isLive);
    });
  });

  describe('when the service refuses', () => {
    it('says why, asks for another token each time, and is let in with a good one', async () => {
      token = 'old';
      start();
      const { connection } = await until((state) => state.connection.status === 'refused');
      expect(connection).toEqual({
        status: 'refused',
        code: 'UNAUTHENTICATED',
        reason: 'The access token is not valid',
      });
      token = 'good';
      await until(isLive);
      expect(server.presented).toEqual(['old', 'good']);
    });

    it('does not connect without a token, and does at once when the user has signed in', async () => {
      token = null;
      start();
      const { connection } = await until((state) => state.connection.status === 'refused');
      expect([connection.code, server.presented]).toEqual(['NO_TOKEN', []]);
      token = 'good';
      client.reconnect();
      await until(isLive);
      expect(server.presented).toEqual(['good']);
    });

    it('connects with a new token before the present one ends, without a gap that is shown', async () => {
      await startLive();
      const shown: string[] = [];
      client.subscribe(() => shown.push(client.getSnapshot().connection.status));
      token = 'newer';
      server.tokens.add('newer');
      server.send('session_expiring', { v: 1, at: new Date(Date.now() + 2000).toISOString() });
      await eventually(() => expect(server.presented).toEqual(['good', 'newer']));
      server.update(liveCall({ id: 1 }));
      await until(({ calls }) => calls.length === 1);
      expect(new Set(shown)).toEqual(new Set(['live']));
    });

    it('stays connected with the present token while there is no newer one', async () => {
      await startLive();
      server.send('session_expiring', { v: 1, at: new Date(Date.now() + 2000).toISOString() });
      await eventually(() => expect(asked).toBeGreaterThan(2));
      expect([server.presented, server.connected]).toEqual([['good'], 1]);
    });

    it('renews a token that the snapshot is refused with', async () => {
      server.beforeAnswer = () => undefined;
      await startLive();
      server.tokens.delete('good');
      server.tokens.add('newer');
      token = 'newer';
      server.write(liveCall({ id: 1 }));
      server.send('resync', { v: 1, why: 'test' });
      await until(({ calls }) => calls.length === 1);
    });
  });
});
