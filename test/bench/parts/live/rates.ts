import type { Acceptance } from '../../load/load-generator.js';

export const WINDOW_MS = 500;

/** Accepted events in a second, of each window of {@link WINDOW_MS} that begins between the two times. */
export function ratesOf(accepted: readonly Acceptance[], from: number, to: number): number[] {
  const windows = Math.max(1, Math.ceil((to - from) / WINDOW_MS));
  const counts = Array.from({ length: windows }, () => 0);
  for (const [, , at] of accepted) {
    const window = Math.floor((at - from) / WINDOW_MS);
    if (window >= 0 && window < windows) counts[window] = (counts[window] ?? 0) + 1;
  }
  return counts.map((count) => (count * 1_000) / WINDOW_MS);
}
