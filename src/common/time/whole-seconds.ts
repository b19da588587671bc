/** Largest value of PostgreSQL's integer: 68 years. */
const MAX_SECONDS = 2 ** 31 - 1;

/** Seconds between two times, rounded and clamped to PostgreSQL's `integer`; negative when `to` is before `from`. */
export function wholeSecondsBetween(from: Date, to: Date): number {
  const seconds = Math.round((to.getTime() - from.getTime()) / 1000);
  return Math.max(-MAX_SECONDS, Math.min(seconds, MAX_SECONDS));
}
