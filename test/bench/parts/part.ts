import type { Finding } from '../bounds.js';
import type { Options } from '../command-line.js';
import type { BenchEnvironment, Measurement } from '../bench-environment.js';
import type { SocketProcess } from '../sockets/socket-process.js';
import { median, type Ratio, ratioOf } from '../table.js';

/** Concurrent requests. */
export const AT_ONCE = 64;

/** Result of one part of the bench. */
export interface PartResult {
  readonly text: string;
  readonly findings: readonly Finding[];
}

/** Starts the servers it needs; the caller stops them. */
export type Measure = (environment: BenchEnvironment, options: Options) => Promise<PartResult>;

/** The same, with sockets that it connects; the caller closes them. */
export type MeasureWithSockets = (
  environment: BenchEnvironment,
  options: Options,
  sockets: SocketProcess,
) => Promise<PartResult>;

/** Ratio of one figure of two targets, round by round. */
export function compare(
  of: readonly Measurement[],
  to: readonly Measurement[],
  figure: (measurement: Measurement) => number,
): Ratio {
  return ratioOf(of.map(figure), to.map(figure));
}

export const speed = ({ requestsPerSecond }: Measurement): number => requestsPerSecond;

/** A figure with a single value. */
export function single(value: number): Ratio {
  return { median: value, lowest: value, highest: value };
}

/** How far the values of the rounds lie apart. */
export function spreadOf(values: readonly number[]): Ratio {
  return { median: median(values), lowest: Math.min(...values), highest: Math.max(...values) };
}
