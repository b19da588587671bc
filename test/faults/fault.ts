import { isDeepStrictEqual } from 'node:util';
import type { FaultEnvironment } from './fault-environment.js';

/** A fault, with a check of what must hold in spite of it. */
export interface Fault<Context> {
  /** Short description of the fault. */
  readonly name: string;
  /** What the test does, and the expected result. */
  readonly tried: string;
  /** @returns a remark on a fault that held @throws {NotHeld} */
  readonly run: (context: Context) => Promise<string | void>;
}

/** Faults that share a context and run one after the other. */
export interface FaultGroup {
  readonly name: string;
  readonly faults: readonly Pick<Fault<never>, 'name' | 'tried'>[];
  /** Prepares the context. @returns a function that runs the fault with this name */
  readonly prepare: (environment: FaultEnvironment) => Promise<(name: string) => Promise<string | void>>;
}

export function faultGroup<Context>(
  name: string,
  prepare: (environment: FaultEnvironment) => Promise<Context>,
  faults: readonly Fault<Context>[],
): FaultGroup {
  return {
    name,
    faults,
    prepare: async (environment) => {
      const context = await prepare(environment);
      return async (faultName) => faults.find((fault) => fault.name === faultName)?.run(context);
    },
  };
}

/** An expectation that did not hold. */
export class NotHeld extends Error {
  override readonly name = 'NotHeld';
}

/** @throws {NotHeld} with the actual and the expected value, unless they are equal */
export function mustBe(what: string, actual: unknown, expected: unknown): void {
  if (!isDeepStrictEqual(actual, expected)) {
    throw new NotHeld(`${what}: ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`);
  }
}

/** @throws {NotHeld} */
export function must(holds: boolean, otherwise: string): void {
  if (!holds) throw new NotHeld(otherwise);
}
