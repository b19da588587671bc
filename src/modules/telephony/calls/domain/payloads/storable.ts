/** From here on, and below its inverse, JSON writes a number with an exponent. */
const FIRST_WITH_EXPONENT = 1e21;
const LAST_WITHOUT_EXPONENT = 1e-6;

/**
 * A payload as jsonb keeps it: NUL and lone surrogates, which it cannot store, are replaced. A number with an exponent
 * becomes text, because jsonb writes it out: `1e300` would be read as 301 digits. The receipt keeps the exact bytes.
 */
export function storable(payload: unknown): unknown {
  return isStorable(payload) ? payload : toStorable(payload);
}

function isStorable(payload: unknown): boolean {
  if (typeof payload === 'string') return payload.isWellFormed() && !payload.includes('\0');
  if (typeof payload === 'number') return !hasExponent(payload);
  if (typeof payload !== 'object' || payload === null) return true;
  if (Array.isArray(payload)) return payload.every(isStorable);
  return Object.keys(payload).every(isStorable) && Object.values(payload).every(isStorable);
}

function toStorable(payload: unknown): unknown {
  if (typeof payload === 'string') return payload.toWellFormed().replaceAll('\0', '\uFFFD');
  if (typeof payload === 'number') return hasExponent(payload) ? String(payload) : payload;
  if (Array.isArray(payload)) return payload.map(toStorable);
  if (typeof payload !== 'object' || payload === null) return payload;
  return Object.fromEntries(
    Object.entries(payload).map(([key, value]) => [toStorable(key), toStorable(value)]),
  );
}

function hasExponent(number: number): boolean {
  const size = Math.abs(number);
  return size >= FIRST_WITH_EXPONENT || (size < LAST_WITHOUT_EXPONENT && size > 0);
}
