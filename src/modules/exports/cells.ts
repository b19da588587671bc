import { parsePhoneNumberFromString } from '../../common/phone-tables.js';
import { customerIdOf, nationalOf, readPhoneNumber } from '../../common/phone-number.js';

/** White space and invisible characters, behind which a spreadsheet still finds a formula. */
const LEADING_BLANK = /^[\s\p{Z}\p{Cc}\p{Cf}]+/u;

/** What a spreadsheet reads as a number and shows otherwise: `007`, `1E5`, `1764270000.120`, ids of many digits. */
const CHANGED_NUMBER = /^(?:0\d+|\d{16,}|\d+\.\d+|\d+(?:\.\d+)?e[+-]?\d+)$/iu;

/** A number and nothing else, so that nothing is lost when it is written in another form. */
const BARE_NUMBER = /^[\d+\s().-]+$/u;

/** Digits of a national number after its hyphen: too many for the year of a date. */
const LAST_DIGITS = 6;

/**
 * Text for a cell of a spreadsheet. What would be read as a number and changed gets an apostrophe, as formulas get one from
 * csv-stringify.
 */
export function spreadsheetText(text: string): string {
  const trimmed = text.replace(LEADING_BLANK, '');
  return CHANGED_NUMBER.test(trimmed) ? `'${trimmed}` : trimmed;
}

/** A number as it was written, for a cell of a spreadsheet. */
export function spreadsheetPhone(text: string): string {
  if (!BARE_NUMBER.test(text)) return spreadsheetText(text);
  const number = readPhoneNumber(text);
  return number.kind === 'number' && number.others.length === 0
    ? spreadsheetNumber(number.e164)
    : spreadsheetText(text);
}

/**
 * A usual form of a number that a spreadsheet takes for text, and `readPhoneNumber` for the same number: `01712-345678`,
 * `0044 2079460958`. A spreadsheet drops the zeros before digits alone, and takes a plus for a formula.
 */
export function spreadsheetNumber(e164: string): string {
  const national = nationalOf(e164);
  const isHome = customerIdOf(e164) === national;
  if (isHome) return `${national.slice(0, -LAST_DIGITS)}-${national.slice(-LAST_DIGITS)}`;
  const countryCode = parsePhoneNumberFromString(e164)?.countryCallingCode ?? '';
  const prefix = `00${countryCode}`;
  return `${prefix} ${national.slice(prefix.length)}`;
}
