import { setTimeout as pause } from 'node:timers/promises';

/** Between two looks, in milliseconds. */
const INTERVAL_MS = 25;

/**
 * Looks again until `look` no longer throws, and returns what it saw: for what happens elsewhere and tells nobody.
 * @param withinMs after this long the last error is thrown
 */
export async function eventually<T>(look: () => Promise<T> | T, withinMs = 20_000): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    try {
      return await look();
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
    await pause(INTERVAL_MS);
  }
}
