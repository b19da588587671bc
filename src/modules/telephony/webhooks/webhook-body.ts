/** Nesting beyond this is nothing a PBX sends. */
const MAX_DEPTH = 32;

export type ParsedBody =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly problem: string };

/** Reads the bytes of a webhook: strict UTF-8, JSON, not too deep. Never throws. */
export function parseBody(bytes: Buffer): ParsedBody {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return depthOf(value) > MAX_DEPTH
      ? { ok: false, problem: `must not be nested deeper than ${MAX_DEPTH} levels` }
      : { ok: true, value };
  } catch (error) {
    // What the parser says quotes the body, which may hold a phone number.
    return { ok: false, problem: error instanceof SyntaxError ? 'must be valid JSON' : 'must be UTF-8 text' };
  }
}

/** Level by level, so that no depth overflows the stack. */
function depthOf(value: unknown): number {
  let depth = 0;
  let level: unknown[] = [value];
  while (level.length > 0 && depth <= MAX_DEPTH) {
    level = level.flatMap((item) => (typeof item === 'object' && item !== null ? Object.values(item) : []));
    depth += 1;
  }
  return depth;
}
