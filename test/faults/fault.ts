import { isDeepStrictEqual } from 'node:util';
import type { Stage } from './stage.js';

/** One thing that goes wrong, and what must nevertheless hold. */
export interface Fault<Ground> {
  /** What goes wrong. */
  readonly name: string;
  /** What is done, and what must come of it. */
  readonly tried: string;
  /** @returns what is worth telling of a fault that held @throws {NotHeld} */
  readonly run: (ground: Ground) => Promise<string | void>;
}

/** Faults that are tried on one ground, one after the other. */
export interface FaultGroup {
  readonly name: string;
  readonly faults: readonly Pick<Fault<never>, 'name' | 'tried'>[];
  /** Prepares the ground. @returns what tries the fault of that name */
  readonly prepare: (stage: Stage) => Promise<(name: string) => Promise<string | void>>;
}

export function faultGroup<Ground>(
  name: string,
  prepare: (stage: Stage) => Promise<Ground>,
  faults: readonly Fault<Ground>[],
): FaultGroup {
  return {
    name,
    faults,
    prepare: async (stage) => {
      const ground = await prepare(stage);
      return async (faultName) => faults.find((fault) => fault.name === faultName)?.run(ground);
    },
  };
}

/** A promise that was broken. */
export class NotHeld extends Error {
  override readonly name = 'NotHeld';
}

/** @throws {NotHeld} naming what was seen instead */
export function mustBe(what: string, seen: unknown, due: unknown): void {
  if (!isDeepStrictEqual(seen, due)) {
    throw new NotHeld(`${what}: ${JSON.stringify(seen)} instead of ${JSON.stringify(due)}`);
  }
}

/** @throws {NotHeld} */
export function must(holds: boolean, otherwise: string): void {
  if (!holds) throw new NotHeld(otherwise);
}
