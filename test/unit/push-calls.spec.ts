import { jest } from '@jest/globals';
import { Registry } from 'prom-client';
import { Server } from 'socket.io';
import type { LiveCall } from '../../src/client/wire.js';
import {
  type CallerFacts,
  CallerFactsService,
} from '../../src/modules/crm/customers/caller-facts.service.js';
import { ChangeFeed } from '../../src/modules/change-feed/change-feed.js';
import { RealtimeMetrics } from '../../src/modules/metrics/realtime-metrics.js';
import { CallGathering } from '../../src/modules/realtime/emitter/call-gathering.js';
import { inSlices } from '../../src/modules/realtime/emitter/in-slices.js';
import { IncomingCalls } from '../../src/modules/realtime/emitter/incoming-calls.service.js';
import { NaturalBatches } from '../../src/modules/realtime/emitter/natural-batches.js';
import { PresencePusher } from '../../src/modules/realtime/emitter/presence-pusher.service.js';
import { PushedCalls } from '../../src/modules/realtime/emitter/pushed-calls.js';
import { SupervisorFlood } from '../../src/modules/realtime/emitter/supervisor-flood.service.js';
import { ringsAt } from '../../src/modules/realtime/emitter/rings-at.js';
import type { PresenceService } from '../../src/modules/agents/presence/presence.service.js';
import type { Report } from '../../src/modules/telephony/calls/domain/facts/call-facts.js';
import type { Call } from '../../src/modules/telephony/calls/call.entity.js';
import { type LiveNamespace, LiveSockets } from '../../src/modules/realtime/gateway/live-sockets.js';
import { watchSession } from '../../src/modules/realtime/gateway/session-timer.js';
import { eventually } from '../support/eventually.js';

const INBOUND = {
  direction: 'inbound',
  firstAgentPhone: null,
  agentUserId: 7,
  userIds: [7],
  agentPhone: '201',
} as const satisfies Partial<Call>;

describe('gathered calls', () => {
  it('are one for several changes of a call, for all whom one of them concerns', () => {
    const gathering = new CallGathering();
    gathering.add({ id: 1, users: [7], extensions: [] }, 100);
    gathering.add({ id: 2, users: [], extensions: [] }, 110);
    gathering.add({ id: 1, users: [8], extensions: ['201'] }, 120);
    gathering.add({ id: 1, users: [7], extensions: ['201'], removed: { into: 2 } }, 130);
    expect(gathering.size).toBe(2);
    expect(gathering.take(1)).toEqual([
      { id: 1, users: [7, 8], extensions: ['201'], since: 100, removed: { into: 2 } },
    ]);
    expect(gathering.take(5)).toEqual([{ id: 2, users: [], extensions: [], since: 110 }]);
    expect(gathering.take(5)).toEqual([]);
  });
});

describe('things that are done in slices', () => {
  it('let the event loop turn, are all done in order, and the first failure ends them', async () => {
    const seen: (number | string)[] = [];
    const busy = (item: number): void => {
      const began = performance.now();
      while (performance.now() - began < 1.5);
      seen.push(item);
    };
    const sliced = inSlices([1, 2, 3, 4, 5], busy);
    setImmediate(() => seen.push('webhook'));
    await sliced;
    expect(seen.filter((item) => item !== 'webhook')).toEqual([1, 2, 3, 4, 5]);
    expect(seen.slice(0, -1)).toContain('webhook');
    const failing = inSlices([1, 2], () => {
      throw new Error('cannot be told');
    });
    await expect(failing).rejects.toThrow('cannot be told');
  });
});

describe('batches', () => {
  it('run one at a time, and take what gathers meanwhile', async () => {
    const waiting: number[] = [];
    const batches: number[][] = [];
    let running = 0;
    const natural = new NaturalBatches(async () => {
      running += 1;
      expect(running).toBe(1);
      batches.push(waiting.splice(0));
      await new Promise((resolve) => setTimeout(resolve, 5));
      running -= 1;
      return batches.at(-1)?.length ?? 0;
    });
    for (let n = 0; n < 20; n += 1) {
      waiting.push(n);
      natural.wake();
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await eventually(() => expect(batches.flat()).toHaveLength(20));
    expect(batches.flat()).toEqual(Array.from({ length: 20 }, (_, n) => n));
    expect(batches.length).toBeLessThan(15);
    await natural.stop();
  });

  it('do not begin before whoever woke them goes on', async () => {
    let hasRun = false;
    const natural = new NaturalBatches(async () => {
      hasRun = true;
      return 1;
    });
    natural.wake();
    for (let n = 0; n < 100; n += 1) await Promise.resolve();
    expect(hasRun).toBe(false);
    await eventually(() => expect(hasRun).toBe(true));
  });

  it('run again for what came while the last one ended, and no more when they are stopped', async () => {
    let runs = 0;
    const natural = new NaturalBatches(async () => {
      runs += 1;
      if (runs === 1) natural.wake();
      return 1;
    });
    natural.wake();
    await eventually(() => expect(runs).toBe(2));
    await natural.stop();
    natural.wake();
    await new Promise((resolve) => setImmediate(resolve));
    expect(runs).toBe(2);
  });

  it('rest the longer the more the last one took, but not for ever', async () => {
    const restAfter = async (taken: number): Promise<number> => {
      const starts: number[] = [];
      const natural = new NaturalBatches(async () => {
        starts.push(performance.now());
        if (starts.length === 1) natural.wake();
        return taken;
      });
      natural.wake();
      await eventually(() => expect(starts).toHaveLength(2));
      const [first = NaN, second = NaN] = starts;
      return second - first;
    };
    expect(await restAfter(200)).toBeGreaterThan(200);
    const [few, endless] = await Promise.all([restAfter(1), restAfter(1_000_000)]);
    expect(few).toBeLessThan(endless);
    expect(endless).toBeGreaterThan(240);
  });
});

describe('the memory of pushed calls', () => {
  it('forgets the call that was set longest ago', () => {
    const pushed = new PushedCalls(2);
    const call = {
      version: 1,
      isOver: false,
      audience: { users: [], extensions: [] },
      ringing: [],
      rang: [],
    };
    pushed.set(1, call);
    pushed.set(2, { ...call, isOver: true });
    pushed.set(1, { ...call, version: 2 });
    pushed.set(3, call);
    expect([pushed.get(1)?.version, pushed.get(2), pushed.get(3)?.version]).toEqual([2, undefined, 1]);
    expect(pushed.openIds()).toEqual([1, 3]);
  });
});

describe('an inbound call', () => {
  const NOBODY = { users: [], extensions: [] };
  /** A report at a second of the call. */
  const report = (type: Report['type'], second: number, fields: Partial<Report> = {}): Report => {
    const at = `2026-01-03T10:00:${String(second).padStart(2, '0')}.000Z`;
    return { type, at, source: 'pbx', receivedAt: at, ...fields };
  };
  const ring = (second: number, extension: string, fields: Partial<Report> = {}): Report =>
    report('ringing', second, { extension, ...fields });
  const answer = (second: number, extension: string): Report => report('answered', second, { extension });
  const ANSWERED = { ...INBOUND, status: 'answered' as const, userIds: [7, 8, 9] };

  it('rings at all who may see it until it is answered', () => {
    expect(ringsAt({ ...INBOUND, status: 'ringing' }, [])).toEqual({ users: [7], extensions: ['201'] });
    expect(ringsAt({ ...INBOUND, userIds: [7, 8], status: 'ringing' }, []).users).toEqual([7, 8]);
    expect(ringsAt({ ...INBOUND, status: 'ringing', direction: 'outbound' }, [])).toEqual(NOBODY);
  });

  it.each(['initiated', 'completed', 'failed'] as const)('rings at nobody while %s', (status) => {
    const reports = [ring(0, '201'), answer(5, '201'), ring(10, '202', { userId: 8 })];
    expect(ringsAt({ ...ANSWERED, status }, reports)).toEqual(NOBODY);
  });

  it('that is answered rings where the last ring since says, whatever was pushed before', () => {
    const before = [ring(0, '201', { userId: 7 }), ring(2, '202', { userId: 8 }), answer(5, '201')];
    expect(ringsAt(ANSWERED, before)).toEqual(NOBODY);
    expect(ringsAt(ANSWERED, [...before, report('transfer', 8, { extension: '202' })])).toEqual(NOBODY);
    expect(ringsAt(ANSWERED, [...before, ring(10, '202', { userId: 8 })]).users).toEqual([8]);
    const second = [...before, ring(10, '202', { userId: 8 }), ring(20, '203', { userId: 9 })];
    expect(ringsAt(ANSWERED, second).users).toEqual([9]);
    expect(ringsAt(ANSWERED, [...before, ring(10, '600', { members: [8, 9] })]).users).toEqual([8, 9]);
    const both = [...before, ring(10, '202', { userId: 8 }), ring(10, '203', { userId: 9 })];
    expect(ringsAt(ANSWERED, both).users).toEqual([8, 9]);
  });

  it('that is answered does not ring where it was answered or missed', () => {
    const transferred = [ring(0, '201'), answer(5, '201'), ring(10, '202', { userId: 8 })];
    expect(ringsAt(ANSWERED, [...transferred, answer(12, '202')])).toEqual(NOBODY);
    expect(ringsAt(ANSWERED, [...transferred, report('missed', 15, { extension: '202' })])).toEqual(NOBODY);
    expect(ringsAt(ANSWERED, [answer(5, '201'), ring(6, '201', { userId: 7 })])).toEqual(NOBODY);
  });

  it('rings at nobody who may not see it', () => {
    const reports = [answer(5, '201'), ring(10, '202', { userId: 10 })];
    expect(ringsAt(ANSWERED, reports)).toEqual(NOBODY);
  });
});

describe('a message', () => {
  let namespace: LiveNamespace;
  let sent: unknown[][];
  let sockets: LiveSockets;

  beforeEach(() => {
    namespace = new Server().of('/telephony');
    sent = [];
    jest.spyOn(namespace.adapter, 'broadcast').mockImplementation((packet, { rooms, except }) => {
      sent.push([packet.data, [...rooms], [...(except ?? [])]]);
    });
    sockets = new LiveSockets(new RealtimeMetrics(new Registry()));
    sockets.use(namespace);
  });

  it('to no room goes to nobody', () => {
    sockets.emit([], 'call_gone', { v: 1, id: 1, into: null });
    expect(sent).toEqual([]);
    sockets.emit(['user:7'], 'call_gone', { v: 1, id: 1, into: null }, ['ext:201']);
    expect(sent).toEqual([[['call_gone', { v: 1, id: 1, into: null }], ['user:7'], ['ext:201']]]);
  });

  it('of presence goes to the user himself and to supervisors', async () => {
    const presence = {
      status: 'break',
      reason: 'lunch',
      since: '2026-01-03T10:00:00Z',
      callId: null,
    } as const;
    const reader = {
      read: async (ids: readonly number[]) =>
        ids.map((userId) => ({ v: 1, userId, extension: '201', ...presence })),
    };
    const feed = new ChangeFeed();
    const pusher = new PresencePusher(
      feed,
      sockets,
      reader as unknown as PresenceService,
      new SupervisorFlood(sockets),
    );
    pusher.onApplicationBootstrap();
    void namespace.adapter.addAll('a socket', new Set(['user:7']));
    feed.announce({ presence: [7, 8] });
    await eventually(() => expect(sent).toHaveLength(1));
    expect(sent).toEqual([
      [['agent_presence', { v: 1, userId: 7, extension: '201', ...presence }], ['user:7', 'supervisors'], []],
    ]);
    await pusher.beforeApplicationShutdown();
  });

  it('of presence that could not be read is sent later, and that of all to supervisors after a gap', async () => {
    const presence = { status: 'online', reason: null, since: '2026-01-03T10:00:00Z', callId: null } as const;
    const read = jest
      .fn(async (ids: readonly number[]) =>
        ids.map((userId) => ({ v: 1, userId, extension: null, ...presence })),
      )
      .mockRejectedValueOnce(new Error('the database is away'));
    const getAll = async () => ({ items: [{ userId: 7 }, { userId: 9 }], isOfTeam: false });
    const feed = new ChangeFeed();
    const presences = { read, getAll } as unknown as PresenceService;
    const pusher = new PresencePusher(feed, sockets, presences, new SupervisorFlood(sockets));
    pusher.onApplicationBootstrap();
    void namespace.adapter.addAll('a socket', new Set(['supervisors']));
    const users = () => sent.map(([data]) => (data as [string, { userId: number }])[1].userId);
    feed.announce({ presence: [8] });
    await eventually(() => expect(users()).toEqual([8]), 3_000);
    feed.reportGap('the feed was away');
    await eventually(() => expect(users()).toEqual([8, 7, 9]));
    await pusher.beforeApplicationShutdown();
  });

  it('of more presence than anybody can follow goes to the users themselves, and supervisors fetch it', async () => {
    const feed = new ChangeFeed();
    const presences = {
      read: async (ids: readonly number[]) => ids.map((userId) => ({ v: 1, userId })),
    } as unknown as PresenceService;
    const flood = new SupervisorFlood(sockets);
    const pusher = new PresencePusher(feed, sockets, presences, flood);
    pusher.onApplicationBootstrap();
    void namespace.adapter.addAll('a socket', new Set(['supervisors']));
    const userIds = Array.from({ length: 61 }, (_, index) => index + 1);
    feed.announce({ presence: userIds });
    await eventually(() => expect(sent).toHaveLength(62));
    const rooms = sent.map(([, to]) => (to as string[]).join());
    expect(new Set(rooms)).toEqual(new Set(['supervisors', ...userIds.map((id) => `user:${id}`)]));
    const events = sent.map(([data]) => (data as string[])[0]);
    expect(events.filter((event) => event === 'resync')).toHaveLength(1);
    await Promise.all([pusher.beforeApplicationShutdown(), flood.beforeApplicationShutdown()]);
  });
});

describe('a ring', () => {
  const call = { id: 5, customerNumberE164: '+8801711111111' } as LiveCall;
  let answer: (facts: ReadonlyMap<string, CallerFacts>) => void;
  let emit: jest.Mock;
  let incoming: IncomingCalls;
  let lookUps: number;

  beforeEach(() => {
    emit = jest.fn();
    lookUps = 0;
    const facts = {
      forNumbers: () => {
        lookUps += 1;
        return new Promise((resolve) => (answer = resolve));
      },
    };
    incoming = new IncomingCalls(facts as never, { emit } as never);
  });

  it('is not told where the call rings no more when the caller is known', async () => {
    let ringing = ['user:7', 'user:8'];
    incoming.add({ call, rooms: ['user:7', 'user:8'], ringing: () => ringing, except: [] });
    await eventually(() => expect(lookUps).toBe(1));
    ringing = ['user:8'];
    answer(new Map());
    await eventually(() => expect(emit).toHaveBeenCalled());
    expect(emit.mock.calls.map(([rooms]) => rooms)).toEqual([['user:8']]);
  });

  it('says that the caller is not known yet when the look-up is late', async () => {
    const service = new CallerFactsService(
      { transaction: () => Promise.reject(new Error('away')) } as never,
      {} as never,
    );
    const facts = await service.forNumbers(['+8801711111111']);
    expect(facts.get('+8801711111111')).toEqual({ customer: null, matchCount: null });
  });
});

describe('a session', () => {
  afterEach(() => jest.useRealTimers());

  it('is announced to expire a minute before it does, however far that is', () => {
    jest.useFakeTimers();
    const seen: string[] = [];
    const days = 60;
    const end = watchSession(new Date(Date.now() + days * 86_400_000), {
      expiring: () => seen.push('expiring'),
      expired: () => seen.push('expired'),
    });
    jest.advanceTimersByTime(days * 86_400_000 - 60_001);
    expect(seen).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(seen).toEqual(['expiring']);
    jest.advanceTimersByTime(60_000);
    expect(seen).toEqual(['expiring', 'expired']);
    end();
  });

  it('that is not watched any more says nothing', () => {
    jest.useFakeTimers();
    const events = { expiring: jest.fn(), expired: jest.fn() };
    watchSession(new Date(Date.now() + 120_000), events)();
    jest.advanceTimersByTime(200_000);
    expect(jest.getTimerCount()).toBe(0);
    expect(events.expiring).not.toHaveBeenCalled();
  });
});
