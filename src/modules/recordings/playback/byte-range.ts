import type { ByteRange } from '../store/recording-store.js';

/** What a header Range asks for: from a byte on, up to and with another one, or the last bytes. */
export type AskedRange = { readonly start: number; readonly end: number | null } | { readonly last: number };

/**
 * Reads `bytes=0-`, `bytes=0-499` or `bytes=-500`. null: there is none, it is malformed, of another unit, or of several
 * parts; the whole is the answer to all of these (RFC 9110, section 14.2).
 */
export function readRange(header: string | undefined): AskedRange | null {
  const [, first = '', last = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/u.exec(header?.trim() ?? '') ?? [];
  if (first === '') return last === '' ? null : { last: Number(last) };
  const start = Number(first);
  const end = last === '' ? null : Number(last);
  return end !== null && end < start ? null : { start, end };
}

/** The bytes of a whole of this size. null: it has none of them. */
export function rangeWithin(asked: AskedRange, size: number): ByteRange | null {
  const start = 'last' in asked ? Math.max(size - asked.last, 0) : asked.start;
  const end = 'last' in asked || asked.end === null ? size - 1 : Math.min(asked.end, size - 1);
  return start >= size || ('last' in asked && asked.last === 0) ? null : { start, end };
}

/** The `Content-Range` of an answer 206 or 416. `size` null: not said. null: it is none. */
export function readContentRange(
  header: string | undefined,
): { readonly range: ByteRange | null; readonly size: number | null } | null {
  const [, start, end, size] =
    /^bytes (?:(\d{1,15})-(\d{1,15})|\*)\/(\d{1,15}|\*)$/u.exec(header?.trim() ?? '') ?? [];
  if (size === undefined) return null;
  const total = size === '*' ? null : Number(size);
  if (start === undefined || end === undefined) return { range: null, size: total };
  const range = { start: Number(start), end: Number(end) };
  const isPossible = range.start <= range.end && (total === null || range.end < total);
  return isPossible ? { range, size: total } : null;
}
