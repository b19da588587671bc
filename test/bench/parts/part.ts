import type { Finding } from '../bounds.js';
import type { Options } from '../command-line.js';
import type { Lab, Measurement } from '../lab.js';
import { type Ratio, ratioOf } from '../table.js';

/** Requests under way at once. */
export const AT_ONCE = 64;

/** What came of one part of the bench. */
export interface PartResult {
  readonly text: string;
  readonly findings: readonly Finding[];
}

/** Starts the servers it needs; whoever calls it ends them. */
export type Measure = (lab: Lab, options: Options) => Promise<PartResult>;

/** How one figure of two compares, round by round. */
export function compare(
  of: readonly Measurement[],
  to: readonly Measurement[],
  figure: (measurement: Measurement) => number,
): Ratio {
  return ratioOf(of.map(figure), to.map(figure));
}

export const speed = ({ requestsPerSecond }: Measurement): number => requestsPerSecond;

/** A figure that there is but one of. */
export function single(value: number): Ratio {
  return { median: value, lowest: value, highest: value };
}
