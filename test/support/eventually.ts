import { setTimeout as pause } from 'node:timers/promises';

/** Milliseconds between two checks. */
const INTERVAL_MS = 25;

/**
 * Repeats `check` until it does not throw, and returns its result. For conditions that have no event to wait for.
 * @param withinMs the last error is thrown after this time
 */
export async function eventually<T>(check: () => Promise<T> | T, withinMs = 20_000): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
    await pause(INTERVAL_MS);
  }
}
