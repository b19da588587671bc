/** A reported time further ahead of our clock than this cannot be true: 2 minutes. */
const MAX_AHEAD_SECONDS = 120;
/** A clock that is further off, in either direction, confuses waits and durations: 10 minutes. */
const MAX_SKEW_SECONDS = 600;

/** Whether a time is from the future, as of `now`, even if two clocks may differ a little. */
export function isFromFuture(time: Date, now: Date): boolean {
  return time.getTime() - now.getTime() > MAX_AHEAD_SECONDS * 1000;
}

/** @param seconds the other clock minus ours */
export function isNotableSkew(seconds: number): boolean {
  return seconds > MAX_AHEAD_SECONDS || seconds < -MAX_SKEW_SECONDS;
}
