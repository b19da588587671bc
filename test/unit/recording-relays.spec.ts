import { jest } from '@jest/globals';
import { LONGEST_RELAY_MS, MOST_RELAYS, Relays } from '../../src/modules/recordings/playback/relays.js';

const listening = (): AbortSignal => new AbortController().signal;

describe('relays of recordings', () => {
  let relays: Relays;

  beforeEach(() => {
    jest.useFakeTimers();
    relays = new Relays();
  });
  afterEach(() => jest.useRealTimers());

  const fill = (listener = listening): void => {
    for (let count = 0; count < MOST_RELAYS; count += 1) relays.begin(listener());
  };

  it('end with their listener, and make room', () => {
    const listener = new AbortController();
    const relay = relays.begin(listener.signal);
    listener.abort();
    expect(relay.aborted).toBe(true);
    expect(() => fill()).not.toThrow();
  });

  it('end after the longest time, and make room', () => {
    fill();
    jest.advanceTimersByTime(LONGEST_RELAY_MS - 1);
    expect(() => relays.begin(listening())).toThrow('Too many recordings');
    jest.advanceTimersByTime(1);
    expect(() => fill()).not.toThrow();
  });

  it('of listeners who are gone already end at once', () => {
    expect(relays.begin(AbortSignal.abort()).aborted).toBe(true);
    fill(() => AbortSignal.abort());
    expect(() => fill()).not.toThrow();
  });
});
