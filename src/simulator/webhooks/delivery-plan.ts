import type { EventName, PbxEvent } from './events.js';
import type { Knobs } from '../knobs.js';

/** What goes wrong between an event and its arrival. */
export type DeliveryFaults = Pick<Knobs, 'duplicate' | 'shuffle' | 'drop'>;

export interface Delivery {
  event: PbxEvent;
  /** It happened, but the CRM is never told. */
  dropped: boolean;
}

/** Yields numbers in [0, 1). */
export type Random = () => number;

/** A generator (mulberry32) that yields the same numbers for the same seed, on every machine. */
export function seededRandom(seed: number): Random {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What is posted of these events, how often and in which order. */
export function planDeliveries(events: PbxEvent[], faults: DeliveryFaults, random: Random): Delivery[] {
  const deliveries = events.flatMap((event): Delivery[] =>
    isDropped(event.event, faults.drop, random)
      ? [{ event, dropped: true }]
      : Array.from({ length: faults.duplicate }, () => ({ event, dropped: false })),
  );
  return faults.shuffle ? shuffled(deliveries, random) : deliveries;
}

function isDropped(name: EventName, drop: DeliveryFaults['drop'], random: Random): boolean {
  return typeof drop === 'number' ? random() < drop : drop.includes(name);
}

function shuffled<T>(items: T[], random: Random): T[] {
  return items
    .map((item) => ({ item, place: random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}
