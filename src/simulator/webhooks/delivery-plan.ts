import type { EventName, PbxEvent } from './events.js';
import type { CallSettings } from '../call-settings.js';

/** Simulated delivery faults. */
export type DeliveryFaults = Pick<CallSettings, 'duplicate' | 'shuffle' | 'drop'>;

export interface Delivery {
  event: PbxEvent;
  /** The event happens, but is not posted to the CRM. */
  dropped: boolean;
}

/** Yields numbers in [0, 1). */
export type Random = () => number;

/** Deterministic generator (mulberry32): the same seed gives the same numbers on every machine. */
export function seededRandom(seed: number): Random {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Applies drops, duplicates and shuffling to the events. */
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
