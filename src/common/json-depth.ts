/** Deepest nesting of objects and arrays in a request body. Neither the API nor any PBX needs more. */
export const MAX_JSON_DEPTH = 32;

/** Stops at `levels`, so that deep nesting cannot overflow the stack. */
export function isDeeperThan(levels: number, value: unknown): boolean {
  if (levels === 0) return true;
  if (typeof value !== 'object' || value === null) return false;
  for (const item of Object.values(value)) if (isDeeperThan(levels - 1, item)) return true;
  return false;
}
