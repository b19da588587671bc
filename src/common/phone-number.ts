import { isIPv4 } from 'node:net';
import type { PhoneNumber as ParsedNumber } from 'libphonenumber-js/max';
import { parsePhoneNumberFromString } from './phone-tables.js';

/**
 * Result of reading a phone field. `raw` is the field exactly as received: of any length, untrusted, for display only.
 * Compare numbers by `e164` only.
 */
export type PhoneNumber =
  | {
      kind: 'number';
      raw: string;
      /** `+8801712345678` */
      e164: string;
      /** The form sent to the PBX, see {@link nationalOf}. */
      national: string;
      /** ISO 3166 alpha-2; null if the number belongs to no single country (satellite, international, unknown range). */
      country: string | null;
      /** E.164 of further numbers in the same field, in their order, without duplicates. */
      others: string[];
    }
  /** An extension or a short code: up to 6 ASCII digits, never E.164. */
  | { kind: 'short'; raw: string; digits: string }
  /** The caller is withheld or the field is empty. */
  | { kind: 'anonymous'; raw: string }
  | { kind: 'invalid'; raw: string };

type ParsedField =
  | { kind: 'number'; e164: string; country: string | null }
  | { kind: 'short'; digits: string }
  | { kind: 'anonymous' }
  | { kind: 'invalid' };

export const HOME_PREFIX = '+880';

/** Long enough for a SIP address with a display name. */
const MAX_FIELD_LENGTH = 256;
const MAX_SHORT_DIGITS = 6;
/** An international prefix, a country code and a national number with its trunk zero; two numbers have 20 or more. */
const MAX_NUMBER_DIGITS = 18;

const WITHHELD =
  /^(?:anonymous|blocked|hidden|n ?a|no ?number|none|not ?available|null|private|restricted|unavailable|undefined|unknown|withheld)(?: ?(?:caller|id|number))*$/;

const FULL_WIDTH_FORMS = /[\uFF01-\uFF5E]/g;
const FULL_WIDTH_OFFSET = 0xfee0;
/** Arabic-Indic, extended Arabic-Indic (Persian, Urdu) and Bangla digits. */
const NATIVE_DIGITS = /[\u0660-\u0669\u06F0-\u06F9\u09E6-\u09EF]/g;
const NATIVE_ZEROS = [0x09e6, 0x06f0, 0x0660];

/** Characters between digits in handwritten and copied numbers; `\p{Cf}` are invisible format characters. */
export const SEPARATOR = String.raw`\s\p{Cf}\p{Pd}\u2212().`;
const SEPARATORS = new RegExp(`[${SEPARATOR}]+`, 'gu');
const BETWEEN_NUMBERS = /[,;/|&\r\n]|\s(?:or|অথবা|বা)\s/i;
const TRAILING_EXTENSION = /(?:ext(?:ension)?|x|#)[\s.:]*\d{1,6}\s*$/i;
const PERCENT_ENCODED_CHARACTER = /%[0-7][\da-f]|%[c-f][\da-f](?:%[89ab][\da-f]){1,3}/gi;
const NUMBER_CHARACTER = new RegExp(String.raw`^[\p{Nd}+${SEPARATOR}]$`, 'u');

/**
 * Accepted starts of a number. Without the trunk zero only mobile and IP telephony numbers are unambiguous: a land line
 * could be a local number of another area.
 */
const READABLE_START = /^(?:\+|0|880|(?:1[3-9]|96)\d{8}$)/;

/**
 * Bangladeshi numbers accepted even if libphonenumber's tables, which lag behind the regulator, reject them: mobiles, IP
 * telephony, and the 11-digit land lines of the National Numbering Plan 2017 (zones 022, 023, 024, 025, 029).
 */
const KNOWN_HOME_NUMBER = /^(?:1[3-9]\d{8}|96\d{8}|2\d{9})$/;
/** Bangladeshi numbers that PBXs and people also write without the trunk zero. */
const BARE_HOME_NUMBER = /^(?:1[3-9]|96)\d{8}$/;

/** A mobile in one of its {@link writtenForms}, as PBXs send it. A fast path: libphonenumber takes ten microseconds. */
const PLAIN_MOBILE = /^(?:(?:\+|00)?880|0)?(1[3-9]\d{8})$/;

/** Reads a phone field in any notation. Never throws. For callers see `readIncomingNumber`, which is more lenient. */
export function readPhoneNumber(raw: string): PhoneNumber {
  const field = raw.trim();
  const mobile = PLAIN_MOBILE.exec(field)?.[1];
  if (mobile !== undefined) {
    const e164 = HOME_PREFIX + mobile;
    return { kind: 'number', raw, e164, national: nationalOf(e164), country: 'BD', others: [] };
  }
  if (field.length > MAX_FIELD_LENGTH) return { kind: 'invalid', raw };

  const readings = numbersWrittenIn(field).map(readOne);
  const numbers = readings.filter((reading) => reading.kind === 'number');
  const [first] = numbers;
  if (first) {
    const { e164, country } = first;
    const others = [...new Set(numbers.map((number) => number.e164))].filter((other) => other !== e164);
    return { kind: 'number', raw, e164, national: nationalOf(e164), country, others };
  }
  const short = readings.find((reading) => reading.kind === 'short');
  if (short) return { ...short, raw };
  const withheld = readings.length === 0 || readings.some((reading) => reading.kind === 'anonymous');
  return { kind: withheld || WITHHELD.test(wordsOf(field)) ? 'anonymous' : 'invalid', raw };
}

/** The E.164 form of the first number in a field; null when there is none. */
export function e164Of(raw: string): string | null {
  const number = readPhoneNumber(raw);
  return number.kind === 'number' ? number.e164 : null;
}

/** Key of a customer in `crm_call_tasks.customer_id`: `01712345678` for Bangladesh, E.164 for other countries. */
export function customerIdOf(e164: string): string {
  return isHome(e164) ? nationalOf(e164) : e164;
}

/**
 * The digits to send to the PBX: `01712345678` for Bangladesh, `00` and the international number for other countries.
 * 00 is Bangladesh's international prefix; many dial plans match only keypad characters, not `+`.
 */
export function nationalOf(e164: string): string {
  return isHome(e164) ? `0${e164.slice(HOME_PREFIX.length)}` : `00${e164.slice(1)}`;
}

/**
 * All notations without separators in which a number may be stored in a column, the national one first. Reading any of
 * them gives the same number.
 */
export function writtenForms(e164: string): string[] {
  if (!isHome(e164)) return [nationalOf(e164), e164];
  const significant = e164.slice(HOME_PREFIX.length);
  const forms = [nationalOf(e164), e164, e164.slice(1), `00${e164.slice(1)}`];
  return BARE_HOME_NUMBER.test(significant) ? [...forms, significant] : forms;
}

/** Replaces all digits but the last 3 by `*`: `********678`. For text with a single number. */
export function maskNumber(text: string): string {
  let hidden = (text.match(/\p{Nd}/gu)?.length ?? 0) - 3;
  return text.replace(/\p{Nd}/gu, (digit) => (hidden-- > 0 ? '*' : digit));
}

/** Names with letters for a character (`&nbsp;`), and escapes of white space (`\t`), that may stand between two digits. */
const NAMED_SEPARATOR = String.raw`&[a-z]{2,8};|\\[abfnrtv0]`;
/** Seven digits or more, between which there is anything but letters. */
const NUMBER_LIKE_RUN = new RegExp(
  String.raw`\p{Nd}(?:(?:[^\p{L}\p{N}]|${NAMED_SEPARATOR})*\p{Nd}){${MAX_SHORT_DIGITS},}`,
  'gu',
);
/** A percent sign that is encoded itself, once or more, before a byte: `%2530`. */
const ENCODED_AGAIN = /%(?:25)+(?=[\da-f]{2})/gi;
/** `&#48;`, `&#x30;`, `\u0030`, `\x30`. */
const CHARACTER_REFERENCE =
  /&#(?:0*(\d{1,6})|x0*([\da-f]{1,6}));?|\\(?:u([\da-f]{4})|u\{0*([\da-f]{1,6})\}|x([\da-f]{2}))/gi;

/** What is longer than any number and is written like nothing else: kept even beside a number. */
const RECOGNISABLE = new RegExp(
  `(${[
    // A point in time.
    String.raw`(?<!\p{Nd})(?:19|20)\d\d-[01]\d-[0-3]\d[T ][0-2]\d:[0-5]\d(?::[0-5]\d(?:[.,]\d{3,6})?)?(?:Z|[+-]\d\d(?::?\d\d)?)?(?!\p{Nd})`,
    // A UUID with a letter, such as the id of a request.
    String.raw`\b(?=[\d-]*[a-f])[\da-f]{8}-[\da-f]{4}-[1-8][\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}\b`,
    // The name of a migration and of its file: a time in milliseconds after or before a name in Pascal case.
    String.raw`\b[A-Z][a-z]+[A-Za-z]*1[5-9]\d{11}\b`,
    String.raw`\b1[5-9]\d{11}-[A-Z][a-z]+[A-Za-z]*`,
  ].join('|')})`,
  'gu',
);
/** Kept where nothing else of digits is beside it. */
const CALENDAR_DAY = /^(?:19|20)\d\d-[01]\d-[0-3]\d$/;
const TIME_OF_DAY = /^[0-2]\d:[0-5]\d:[0-5]\d(?:[.,]\d{3}|[.,]\d{6})?$/;
const PORT_OR_PREFIX = /[:/]\d{1,5}$/;
const LINE_AND_COLUMN = /^\d{1,5}:\d{1,5}$/;
const SOURCE_FILE = /\.[cm]?[jt]sx?:$/;

/**
 * Masks everything in free text that may be a phone number: 7 digits or more of any script, with anything but letters
 * between them, and however they are encoded. Kept are points in time, days, times of day, IPv4 addresses, UUIDs, names of
 * migrations, and positions in source files. When in doubt it masks: docs/security.md describes the rule.
 */
export function maskNumbersIn(text: string): string {
  return decodeCharacters(text)
    .split(RECOGNISABLE)
    .map((part, index) => (index % 2 === 1 ? part : maskRunsIn(part)))
    .join('');
}

function maskRunsIn(text: string): string {
  return text.replace(NUMBER_LIKE_RUN, (run, offset: number) => {
    if (run.split(/[,\s]+/).every(isNoNumber)) return run;
    if (LINE_AND_COLUMN.test(run) && SOURCE_FILE.test(text.slice(Math.max(0, offset - 6), offset)))
      return run;
    return maskNumber(run);
  });
}

function isNoNumber(token: string): boolean {
  return CALENDAR_DAY.test(token) || TIME_OF_DAY.test(token) || isIPv4(token.replace(PORT_OR_PREFIX, ''));
}

function isHome(e164: string): boolean {
  return e164.startsWith(HOME_PREFIX);
}

function numbersWrittenIn(field: string): string[] {
  return asciiOf(decodeNumberCharacters(field))
    .split(BETWEEN_NUMBERS)
    .flatMap((part) => (digitsIn(part) > MAX_NUMBER_DIGITS ? part.split(/\s+/) : [part]))
    .map(unwrap)
    .filter((part) => /[\p{L}\p{N}\p{S}\p{Cs}]/u.test(part));
}

function readOne(written: string): ParsedField {
  const compact = written.replace(TRAILING_EXTENSION, '').replace(SEPARATORS, '');
  if (!/^\+?\d+$/.test(compact)) {
    return { kind: WITHHELD.test(wordsOf(written)) ? 'anonymous' : 'invalid' };
  }
  const digits = compact.replace('+', '');
  if (digits.length <= MAX_SHORT_DIGITS) return { kind: 'short', digits };
  if (!READABLE_START.test(compact)) return { kind: 'invalid' };

  const parsed = parsePhoneNumberFromString(compact, 'BD');
  if (!parsed || !isUsable(parsed)) return { kind: 'invalid' };
  return { kind: 'number', e164: parsed.number, country: parsed.country ?? null };
}

/** For foreign numbers a possible length is enough: numbers of new ranges must not be lost. */
function isUsable(parsed: ParsedNumber): boolean {
  if (!isHome(parsed.number)) return parsed.isPossible();
  return KNOWN_HOME_NUMBER.test(parsed.nationalNumber) || parsed.isValid();
}

/** `"Rahim" <sip:01712345678@pbx.local:5060>` -> `01712345678` */
function unwrap(part: string): string {
  const address = /<([^<>]*)/.exec(part)?.[1] ?? part;
  return address.replace(/^\s*(?:tel|sips?):(?:\/\/)?/i, '').replace(/[@?:].*$/s, '');
}

/** Replaces full-width characters, and Arabic-Indic, Persian and Bangla digits, by those of ASCII. */
export function asciiOf(text: string): string {
  return text
    .replace(FULL_WIDTH_FORMS, (char) => String.fromCharCode(char.charCodeAt(0) - FULL_WIDTH_OFFSET))
    .replace(NATIVE_DIGITS, (digit) => {
      const code = digit.charCodeAt(0);
      const zero = NATIVE_ZEROS.find((candidate) => candidate <= code) ?? code;
      return String(code - zero);
    });
}

/** Decodes percent-encoded digits and separators only: a SIP user part may be `%2B8801712345678`. */
function decodeNumberCharacters(text: string): string {
  return text.replace(PERCENT_ENCODED_CHARACTER, (encoded) => {
    const char = decodeOrKeep(encoded);
    return NUMBER_CHARACTER.test(char) ? char : encoded;
  });
}

/** Decodes whatever may be a part of a number: all but letters. */
function decodeCharacters(text: string): string {
  return text
    .replace(ENCODED_AGAIN, '%')
    .replace(PERCENT_ENCODED_CHARACTER, (encoded) => partOfNumberOr(encoded, decodeOrKeep(encoded)))
    .replace(CHARACTER_REFERENCE, (encoded, decimal?: string, ...hexadecimal: (string | undefined)[]) => {
      const hex = hexadecimal.slice(0, 4).find((digits) => digits !== undefined);
      const code = decimal === undefined ? parseInt(hex ?? '', 16) : Number(decimal);
      return code > LAST_CODE_POINT ? encoded : partOfNumberOr(encoded, String.fromCodePoint(code));
    });
}

const LAST_CODE_POINT = 0x10ffff;
const PART_OF_NUMBER = /^(?:\p{Nd}|[^\p{L}\p{N}])$/u;
const CONTROL_CHARACTER = /\p{Cc}/u;

function partOfNumberOr(encoded: string, char: string): string {
  if (!PART_OF_NUMBER.test(char)) return encoded;
  // A decoded line break could imitate a line of the log.
  return CONTROL_CHARACTER.test(char) ? ' ' : char;
}

function decodeOrKeep(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded;
  }
}

function digitsIn(text: string): number {
  return text.match(/\d/g)?.length ?? 0;
}

function wordsOf(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z]+/g, ' ')
    .trim();
}
