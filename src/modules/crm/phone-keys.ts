import { readPhoneNumber } from '../../common/phone-number.js';

const KEY_DIGITS = 10;

/**
 * Key of a number in the indexes on the database's function `telephony_phone_keys`: its last ten digits. Different
 * numbers may have equal keys: compare the numbers too.
 * @param e164 E.164
 * @returns null for a shorter number, which is in none of these indexes
 */
export function phoneKeyOf(e164: string): string | null {
  const digits = e164.slice(1);
  return digits.length < KEY_DIGITS ? null : digits.slice(-KEY_DIGITS);
}

/** E.164 of every number in a field of the CRM, in any writing. */
export function numbersIn(field: string): string[] {
  const number = readPhoneNumber(field);
  return number.kind === 'number' ? [number.e164, ...number.others] : [];
}
