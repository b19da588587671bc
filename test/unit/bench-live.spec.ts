import { eventsOf } from '../bench/load/workload.js';
import { ratesOf } from '../bench/parts/live/rates.js';
import { callIdOf, callOfId } from '../bench/population.js';
import { type Stage, stageAfter, stageOf } from '../bench/sockets/stages.js';
import { Watcher } from '../bench/sockets/watcher.js';
import { eventually } from '../support/eventually.js';
import { liveCall, PushServer } from '../support/push-server.js';

const STAGES: readonly Stage[] = [1, 2, 3];

describe('the stages of a call in the bench', () => {
  it('rise with each of its events', () => {
    for (let n = 0; n < 500; n += 1) {
      const stages = eventsOf(n, Date.now()).map(stageAfter);
      expect(stages).toEqual([...new Set(stages)].sort((a, b) => a - b));
      expect(stages[0]).toBe(1);
    }
  });

  it.each([
    ['ringing', false, 1],
    ['answered', false, 2],
    ['completed', false, 3],
    ['failed', false, 3],
    ['completed', true, 4],
  ] as const)('are seen in a message: %s, recording %s', (status, hasRecording, stage) => {
    expect(stageOf({ status, hasRecording })).toBe(stage);
  });

  it('are found by the id of the call', () => {
    for (const n of [0, 7, 1_010_007, 61_100_427]) expect(callOfId(callIdOf(n))).toBe(n);
  });
});

describe('a watcher of the bench', () => {
  let server: PushServer;
  let watchers: Watcher[] = [];

  beforeAll(async () => {
    server = await PushServer.start();
  });
  afterEach(() => {
    for (const watcher of watchers) watcher.close();
    watchers = [];
  });
  afterAll(() => server.stop());

  const watch = async (extension: string | null): Promise<Watcher> => {
    const watcher = await Watcher.joined(server.url, 'good', extension);
    watchers.push(watcher);
    return watcher;
  };
  const pushed = (id: number): Parameters<typeof liveCall>[0] => ({ id, externalCallId: callIdOf(id) });

  it('of an agent takes a call for rung when it is told who calls, not before', async () => {
    const agent = await watch('201');
    const supervisor = await watch(null);
    server.update(liveCall(pushed(1)));
    await eventually(() => expect(supervisor.sawAt(1, 1)).toBeDefined());
    server.update(liveCall({ ...pushed(2), status: 'answered' }));
    await eventually(() => expect(agent.sawAt(2, 2)).toBeDefined());
    expect(agent.sawAt(1, 1)).toBeUndefined();
    server.ring(liveCall(pushed(1)));
    await eventually(() => expect(agent.sawAt(1, 1)).toBeDefined());
  });

  it('takes what was left out between two messages for seen with the later one', async () => {
    const supervisor = await watch(null);
    server.update(liveCall(pushed(3)));
    await eventually(() => expect(supervisor.sawAt(3, 1)).toBeDefined());
    server.update(liveCall({ ...pushed(3), status: 'completed' }));
    await eventually(() => expect(supervisor.sawAt(3, 3)).toBeDefined());
    const [rung = NaN, answered = NaN, ended = NaN] = STAGES.map((stage) => supervisor.sawAt(3, stage));
    expect(answered).toBeGreaterThan(rung);
    expect(ended).toBeGreaterThanOrEqual(answered);
    expect(supervisor.sawAt(3, 4)).toBeUndefined();
  });
});

describe('the rates of a restart', () => {
  it('count what was accepted in each half second', () => {
    const at = (...times: number[]): [number, number, number][] => times.map((time) => [1, 0, time]);
    expect(ratesOf(at(999, 1_000, 1_499, 1_500, 2_499, 2_500), 1_000, 2_500)).toEqual([4, 2, 2]);
  });
});
