import { parsePhoneNumberFromString } from '../../common/phone-tables.js';
import { customerIdOf, nationalOf, readPhoneNumber } from '../../common/phone-number.js';

/** White space and invisible characters, behind which a spreadsheet still finds a formula. */
const LEADING_BLANK = /^[\s\p{Z}\p{Cc}\p{Cf}]+/u;

/**
 * What a spreadsheet may read as a number, a date or a time, and show otherwise: `007`, `1E5`, `1764270000.120`, `1-2`, `3/4`,
 * `10:30`, `12%`, ids of many digits.
 */
const NUMBER_OR_DATE = /^[\s.,:/%()+-]*\d[\d\s.,:/%()+-]*(?:e[+-]?\d+)?$/iu;

/** What it shows as it is. */
const UNCHANGED_NUMBER = /^(?:0|[1-9]\d{0,14})$/u;

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
  return NUMBER_OR_DATE.test(trimmed) && !UNCHANGED_NUMBER.test(trimmed) ? `'${trimmed}` : trimmed;
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
