import { setImmediate as nextTurn } from 'node:timers/promises';

/** Longest time of the event loop for one slice, in milliseconds. */
const SLICE_MS = 2;

/**
 * Does this with each, and between slices lets the event loop do what waits: a thousand changed calls, pushed in one turn,
 * would hold up the webhooks for a third of a second.
 */
export async function inSlices<T>(items: Iterable<T>, act: (item: T) => void): Promise<void> {
  let began = performance.now();
  for (const item of items) {
    if (performance.now() - began >= SLICE_MS) {
      await nextTurn();
      began = performance.now();
    }
    act(item);
  }
}
