import { isUtf8 } from 'node:buffer';

/** No PBX sends deeper nesting. */
const MAX_DEPTH = 32;

export type ParsedBody =
  { readonly ok: true; readonly value: unknown } | { readonly ok: false; readonly problem: string };

const BYTE_ORDER_MARK = '\uFEFF';

/** Parses a webhook body: strict UTF-8, JSON, limited nesting. Never throws. */
export function parseBody(bytes: Buffer): ParsedBody {
  if (!isUtf8(bytes)) return { ok: false, problem: 'must be UTF-8 text' };
  const text = bytes.toString();
  try {
    const value: unknown = JSON.parse(text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text);
    return isDeeperThan(MAX_DEPTH, value)
      ? { ok: false, problem: `must not be nested deeper than ${MAX_DEPTH} levels` }
      : { ok: true, value };
  } catch {
    // The parser's message is not used: it quotes the body, which may have a phone number.
    return { ok: false, problem: 'must be valid JSON' };
  }
}

/** Stops at `levels`, so that deep nesting cannot overflow the stack. */
function isDeeperThan(levels: number, value: unknown): boolean {
  if (levels === 0) return true;
  if (typeof value !== 'object' || value === null) return false;
  for (const item of Object.values(value)) if (isDeeperThan(levels - 1, item)) return true;
  return false;
}
