import type { PhoneNumberType } from 'libphonenumber-js/max';
import { parsePhoneNumberFromString } from './phone-tables.js';
import { DomainError } from './errors/domain-error.js';
import { maskNumber, readPhoneNumber } from './phone-number.js';

/** A number that may be dialled. */
export interface Dialable {
  /** `+8801712345678` */
  e164: string;
  /** The form sent to the PBX: `01712345678`. */
  national: string;
}

/**
 * 999 is Bangladesh's national emergency service, 100, 101, 102 and 199 its older police, fire and ambulance codes
 * (libphonenumber's short number tables); mobile networks route 112 and 911 to it. Helplines such as 333, 109 or
 * 16xxx are ordinary short codes.
 */
const EMERGENCY_CODES = new Set(['999', '112', '911', '100', '101', '102', '199']);

/** Types with ordinary rates; the others (premium rate, shared cost, …) are what toll fraud targets. */
const ORDINARY_TYPES = new Set<PhoneNumberType>([
  'MOBILE',
  'FIXED_LINE',
  'FIXED_LINE_OR_MOBILE',
  'VOIP',
  'TOLL_FREE',
]);

/**
 * Validates a number to dial. Rejects everything that is not known to be an ordinary number of an allowed country, as a
 * protection against toll fraud.
 *
 * @param allowedCountries ISO 3166 alpha-2 codes
 * @throws DomainError NUMBER_INVALID, NUMBER_EMERGENCY, NUMBER_SHORT_CODE, NUMBER_COUNTRY_NOT_ALLOWED
 */
export function dialable(raw: string, allowedCountries: readonly string[]): Dialable {
  const number = readPhoneNumber(raw);
  if (number.kind === 'anonymous') {
    throw new DomainError('NUMBER_INVALID', 'There is no number to dial: it is empty or withheld.');
  }
  if (number.kind === 'invalid') throw notANumber();
  if (number.kind === 'short') throw shortNumber(number.digits);

  const { e164, national, country } = number;
  if (country === null || !allowedCountries.includes(country)) {
    throw new DomainError(
      'NUMBER_COUNTRY_NOT_ALLOWED',
      `Calls to ${maskNumber(e164)} (${country ?? 'no known country'}) are not allowed. ` +
        `Allowed countries: ${allowedCountries.join(', ') || 'none'}.`,
    );
  }
  const type = parsePhoneNumberFromString(e164)?.getType();
  // readPhoneNumber accepts Bangladeshi numbers without a type only if they are known to be in use.
  if (type === undefined && country !== 'BD') throw notANumber();
  if (type !== undefined && !ORDINARY_TYPES.has(type)) {
    throw new DomainError(
      'NUMBER_COUNTRY_NOT_ALLOWED',
      `${maskNumber(e164)} is a special-rate number (${country}): only ordinary numbers are dialled.`,
    );
  }
  return { e164, national };
}

function shortNumber(digits: string): DomainError {
  // Prefixes are removed first: a PBX may strip them, so 0999 may reach the same service as 999.
  return EMERGENCY_CODES.has(digits.replace(/^0*(?:880)?0*/, ''))
    ? new DomainError('NUMBER_EMERGENCY', 'Emergency numbers are not dialled from the CRM: use a telephone.')
    : new DomainError(
        'NUMBER_SHORT_CODE',
        'Extensions and short codes (up to 6 digits) are not dialled from the CRM: give a full phone number.',
      );
}

function notANumber(): DomainError {
  return new DomainError(
    'NUMBER_INVALID',
    'This is not a complete phone number. Write 01XXXXXXXXX, or + and the country code for another country.',
  );
}
