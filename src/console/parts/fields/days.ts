/** Days that a field or an address may name: there are no calls before or after. */
export const FIRST_DAY = '2000-01-01';
export const LAST_DAY = '2999-12-31';

/** @param text of an address: anything */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/u.test(text) || text < FIRST_DAY || text > LAST_DAY) return false;
  const at = Date.parse(`${text}T00:00:00Z`);
  // The 31st of February would be taken for a day of March.
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
}
