/** Milliseconds since 1970 with fractions, which processes of one machine can compare. */
export function wallClock(): number {
  return performance.timeOrigin + performance.now();
}
