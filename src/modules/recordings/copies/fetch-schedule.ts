/**
 * Seconds from one try to the next: a PBX often reports a recording before its file is there. Together more than a day;
 * after the last of them it is gone.
 */
export const RETRY_SECONDS = [10, 60, 300, 1_800, 7_200, 21_600, 86_400] as const;

/** @param tries those that failed; null: that was the last one */
export function secondsUntilRetry(tries: number): number | null {
  return RETRY_SECONDS[tries - 1] ?? null;
}
