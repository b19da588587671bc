/** Largest value of PostgreSQL's integer: 68 years. */
const MAX_SECONDS = 2 ** 31 - 1;

/** Seconds between two times, rounded and clamped as by {@link wholeSeconds}; negative when `to` is before `from`. */
export function wholeSecondsBetween(from: Date, to: Date): number {
  return wholeSeconds((to.getTime() - from.getTime()) / 1000);
}

/** Rounded, and clamped to PostgreSQL's `integer`. */
export function wholeSeconds(seconds: number): number {
  return Math.max(-MAX_SECONDS, Math.min(Math.round(seconds), MAX_SECONDS));
}
