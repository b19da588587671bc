import { setImmediate as turn } from 'node:timers/promises';
import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import {
  ChangeTransport,
  type TransportConnection,
} from '../../src/modules/change-feed/transports/change-transport.js';
import { eventually } from '../support/eventually.js';
import { FeedInstance } from '../support/feed-instance.js';

interface Line extends TransportConnection {
  readonly hear: (text: string) => void;
  readonly lose: (reason: Error) => void;
}

/** Joins instances in memory, as long as it is there. */
class Switchboard extends ChangeTransport {
  override readonly name = 'The switchboard';
  override readonly maxBytes = 8_000;
  isThere = true;
  /** Takes what is sent, and delivers nothing. */
  isDeaf = false;
  /** What was sent, message by message. */
  readonly sent: string[] = [];
  /** Publications wait for it. */
  busy: Promise<void> = Promise.resolve();
  private readonly lines = new Set<Line>();

  override async connect(hear: (text: string) => void): Promise<TransportConnection> {
    this.check();
    let lose: (reason: Error) => void = () => undefined;
    const lost = new Promise<Error>((resolve) => (lose = resolve));
    const line: Line = {
      hear,
      lose,
      lost,
      publish: async (messages) => {
        await this.busy;
        this.check();
        this.sent.push(...messages);
        if (this.isDeaf) return;
        for (const message of messages) for (const each of this.lines) each.hear(message);
      },
      close: () => void this.lines.delete(line),
    };
    this.lines.add(line);
    return line;
  }

  leave(): void {
    this.isThere = false;
    for (const line of this.lines) line.lose(new Error('nobody answers'));
  }

  say(text: string): void {
    for (const line of this.lines) line.hear(text);
  }

  private check(): void {
    if (!this.isThere) throw new Error('nobody answers');
  }
}

let running: FeedInstance[] = [];

async function instanceOn(transport: ChangeTransport | null): Promise<FeedInstance> {
  const instance = await FeedInstance.on(transport);
  running.push(instance);
  return instance;
}

describe('instances that tell each other what has changed', () => {
  let transport: Switchboard;
  let warnings: ReturnType<typeof jest.spyOn>;
  let lines: ReturnType<typeof jest.spyOn>;

  beforeEach(() => {
    running = [];
    transport = new Switchboard();
    warnings = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    lines = jest.spyOn(Logger.prototype, 'log').mockImplementation(() => undefined);
  });
  afterEach(async () => {
    await Promise.all(running.map((instance) => instance.close()));
    jest.restoreAllMocks();
  });

  it('hear of a change on each of them once, the own one at once', async () => {
    const [here, there] = [await instanceOn(transport), await instanceOn(transport)];
    here.feed.announce({ tasks: [5] });
    expect(here.heard).toEqual([{ tasks: [5] }]);
    await eventually(() => expect(there.heard).toEqual([{ tasks: [5] }]));
    expect(here.heard).toEqual([{ tasks: [5] }]);
  });

  it('send one message for all that was announced while another was under way', async () => {
    const [here, there] = [await instanceOn(transport), await instanceOn(transport)];
    transport.sent.length = 0;
    let answer: () => void = () => undefined;
    transport.busy = new Promise((resolve) => (answer = resolve));
    here.feed.announce({ tasks: [1] });
    await turn();
    for (const id of [2, 3, 2, 4]) here.feed.announce({ tasks: [id] });
    answer();
    await eventually(() => expect(there.heard).toEqual([{ tasks: [1] }, { tasks: [2, 3, 4] }]));
    expect(transport.sent).toHaveLength(2);
  });

  it('send what they announced meanwhile when the transport is back, and read all anew themselves', async () => {
    const [here, there] = [await instanceOn(transport), await instanceOn(transport)];
    transport.leave();
    await eventually(() => expect([here.feed.isUp, there.feed.isUp]).toEqual([false, false]));
    expect(here.feed.outage).toBe('nobody answers');
    expect(await here.valuesOf('up')).toEqual([0]);
    here.feed.announce({ tasks: [5] });
    expect(here.heard).toEqual([{ tasks: [5] }]);
    expect([here.gaps, there.gaps]).toEqual([[], []]);

    transport.isThere = true;
    await eventually(() => {
      expect([here.gaps, there.gaps]).toEqual([['The switchboard was away'], ['The switchboard was away']]);
    });
    expect([here.feed.isUp, await here.valuesOf('up')]).toEqual([true, [1]]);
    // There may have come back after the message: then its gap has told it to read all anew.
    here.feed.announce({ tasks: [6] });
    await eventually(() => expect(there.tasks).toContain(6));
  });

  it('are not up while the transport delivers nothing, although it takes all that is sent', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'performance'] });
    try {
      transport.isDeaf = true;
      const here = await instanceOn(transport);
      expect(here.feed.isUp).toBe(false);
      await jest.advanceTimersByTimeAsync(5_000);
      expect(here.feed.outage).toContain('delivers none');

      transport.isDeaf = false;
      await jest.advanceTimersByTimeAsync(5_000);
      expect([here.feed.isUp, here.gaps.length]).toEqual([true, 1]);

      transport.isDeaf = true;
      await jest.advanceTimersByTimeAsync(29_000);
      expect(here.feed.isUp).toBe(true);
      await jest.advanceTimersByTimeAsync(6_000);
      expect(here.feed.outage).toContain('delivers none');
    } finally {
      jest.useRealTimers();
    }
  });

  it('greet again and again on one connection that hears', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'performance'] });
    try {
      const opened = jest.spyOn(transport, 'connect');
      const here = await instanceOn(transport);
      await jest.advanceTimersByTimeAsync(95_000);
      expect([transport.sent.length, here.feed.isUp, here.gaps]).toEqual([4, true, []]);
      expect(opened).toHaveBeenCalledTimes(1);
    } finally {
      jest.useRealTimers();
    }
  });

  it('log one line when the transport is lost and one when it is back, however often they try', async () => {
    await instanceOn(transport);
    transport.leave();
    const tried = jest.spyOn(transport, 'connect');
    await eventually(() => expect(tried.mock.calls.length).toBeGreaterThan(2));
    transport.isThere = true;
    await eventually(() => expect(lines).toHaveBeenCalledTimes(1));
    expect(warnings).toHaveBeenCalledTimes(1);
    expect(warnings).toHaveBeenCalledWith(expect.stringContaining('nobody answers'));
    expect(lines).toHaveBeenCalledWith(expect.stringContaining('again'));
  });

  it('send again what a transport did not take', async () => {
    const [here, there] = [await instanceOn(transport), await instanceOn(transport)];
    transport.busy = Promise.reject(new Error('refused'));
    transport.busy.catch(() => undefined);
    here.feed.announce({ tasks: [5] });
    await eventually(() => expect(here.feed.outage).toBe('refused'));
    transport.busy = Promise.resolve();
    await eventually(() => expect(there.heard).toEqual([{ tasks: [5] }]));
    expect(there.gaps).toEqual([]);
  });

  it('drop what is too much for the memory, and tell the others to read all anew', async () => {
    const here = await instanceOn(transport);
    transport.leave();
    await eventually(() => expect(here.feed.isUp).toBe(false));
    here.feed.announce({ revocations: true });
    here.feed.announce({ tasks: Array.from({ length: 10_001 }, (_, index) => index + 1) });
    here.feed.announce({ tasks: [5] });
    expect(await here.valuesOf('dropped_total')).toEqual([10_001]);

    const quiet = jest.spyOn(here.bus, 'onUp').mockImplementation(() => undefined);
    transport.isThere = true;
    const there = await instanceOn(transport);
    await eventually(() => expect(quiet).toHaveBeenCalled());
    quiet.mockRestore();
    here.bus.onUp();
    await eventually(() => expect(there.heard).toEqual([{ tasks: [5], revocations: true }]));
    expect(there.gaps).toEqual([expect.stringContaining('dropped')]);
  });

  it('serve although the transport was never there, and read all anew when it comes', async () => {
    transport.isThere = false;
    const here = await instanceOn(transport);
    expect(here.feed.isUp).toBe(false);
    here.feed.announce({ tasks: [5] });
    expect(here.heard).toEqual([{ tasks: [5] }]);
    transport.isThere = true;
    await eventually(() => expect(here.gaps).toHaveLength(1));
  });

  it('ignore and count what they cannot read', async () => {
    const here = await instanceOn(transport);
    transport.say('no message');
    transport.say('{"v":1,"from":"other","change":{"tasks":[5]}}');
    expect(here.heard).toEqual([{ tasks: [5] }]);
    expect(await here.valuesOf('messages_total')).toEqual([0, 1, 1]);
  });

  it('go on when a listener fails', async () => {
    const errors = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    const [here, there] = [await instanceOn(transport), await instanceOn(transport)];
    for (const { feed } of [here, there]) {
      feed.onChange(() => {
        throw new Error('a fault of ours');
      });
    }
    here.feed.announce({ tasks: [5] });
    here.feed.announce({ tasks: [6] });
    await eventually(() => expect(there.tasks).toEqual([5, 6]));
    expect(errors).toHaveBeenCalled();
  });

  it('send the last announcements before they end, and do not wait long for them', async () => {
    const [here, there] = [await instanceOn(transport), await instanceOn(transport)];
    here.feed.announce({ tasks: [5] });
    await here.close();
    expect(there.heard).toEqual([{ tasks: [5] }]);

    transport.busy = new Promise(() => undefined);
    there.feed.announce({ tasks: [6] });
    const begun = performance.now();
    await there.close();
    expect(performance.now() - begun).toBeLessThan(1_900);
  });

  it('are one alone where there is no transport', async () => {
    const here = await instanceOn(null);
    here.feed.announce({ tasks: [5] });
    expect([here.heard, here.feed.isUp, await here.valuesOf('up')]).toEqual([[{ tasks: [5] }], true, []]);
  });
});
