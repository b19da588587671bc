/** More seconds than a column of type integer holds, 68 years, are as good as that many. */
const MOST_SECONDS = 2 ** 31 - 1;

/** Seconds from one moment to another, whole and no more than PostgreSQL's `integer` holds; negative: it was before. */
export function wholeSecondsBetween(from: Date, to: Date): number {
  const seconds = Math.round((to.getTime() - from.getTime()) / 1000);
  return Math.max(-MOST_SECONDS, Math.min(seconds, MOST_SECONDS));
}
