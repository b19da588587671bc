/** How often a property is tried: `usual`, or fewer where PROPERTY_RUNS sets a limit. */
export function propertyRuns(usual: number): number {
  const { PROPERTY_RUNS: limit } = process.env;
  return limit === undefined ? usual : Math.min(usual, Number(limit));
}
