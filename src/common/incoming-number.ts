import { isIPv4 } from 'node:net';
import { parsePhoneNumberFromString } from './phone-tables.js';
import {
  asciiOf,
  HOME_PREFIX,
  nationalOf,
  type PhoneNumber,
  readPhoneNumber,
  SEPARATOR,
} from './phone-number.js';
import { userPartOf } from './pbx-address.js';

/** Long enough for an address with a display name; longer text is not searched. */
const MAX_FIELD_LENGTH = 256;

const HOSTS_AND_PARAMETERS = /[@;][^\s<>"]*/g;
/** At least 7 digits, perhaps with separators between them. */
const DIGIT_RUN = new RegExp(String.raw`\+?\d(?:[${SEPARATOR}]*\d){6,}`, 'gu');
const SEPARATORS = new RegExp(`[${SEPARATOR}]+`, 'u');

/** An international number whose `+` was lost. Shorter ones could be local numbers of any country. */
const BARE_INTERNATIONAL = /^[1-9]\d{10,14}$/;
/** A mobile that lost its trunk zero behind half a country code. The satellite numbers that look the same call no shop. */
const HALF_PREFIXED_MOBILE = /^88(1[3-9]\d{8})$/;

/**
 * Reads the number of a caller. Like `readPhoneNumber`, but a number that the PBX wrote into other text (a prefix of its
 * dial plan, a channel, a note) is found, if there is exactly one, and an international number may lack its `+`. Only for
 * calls that come in: what is dialled must be certain. Never throws.
 */
export function readIncomingNumber(raw: string): PhoneNumber {
  const number = readPhoneNumber(raw);
  if (number.kind === 'number' || raw.length > MAX_FIELD_LENGTH) return number;
  const text = asciiOf(raw);
  const e164 = onlyNumberIn(userPartOf(text)) ?? (number.kind === 'short' ? null : onlyNumberInNames(text));
  if (e164 === null) return number;
  const country = parsePhoneNumberFromString(e164)?.country ?? null;
  return { kind: 'number', raw, e164, national: nationalOf(e164), country, others: [] };
}

/** The number in a display name or between other words, with hosts left out: their addresses look like numbers. */
function onlyNumberInNames(text: string): string | null {
  return onlyNumberIn(text.replace(HOSTS_AND_PARAMETERS, ' '));
}

/** E.164 of the only number in a text; null if there is none, or several. Certain numbers count before bare ones. */
function onlyNumberIn(text: string): string | null {
  const runs = (text.match(DIGIT_RUN) ?? []).filter((run) => !isIPv4(run));
  const certain = new Set(runs.flatMap(numbersIn));
  const numbers = certain.size > 0 ? certain : new Set(runs.flatMap(bareNumbersIn));
  const [first = null] = numbers;
  return numbers.size > 1 ? null : first;
}

/** As a whole, or else by the parts between separators. */
function numbersIn(run: string): string[] {
  const whole = e164sOf(run);
  return whole.length > 0 ? whole : run.split(SEPARATORS).flatMap(e164sOf);
}

function e164sOf(text: string): string[] {
  const number = readPhoneNumber(text);
  return number.kind === 'number' ? [number.e164, ...number.others] : [];
}

function bareNumbersIn(run: string): string[] {
  const parts = run.split(SEPARATORS);
  const whole = bareNumberOf(parts.join(''));
  return whole === null ? parts.flatMap((part) => bareNumberOf(part) ?? []) : [whole];
}

function bareNumberOf(digits: string): string | null {
  const mobile = HALF_PREFIXED_MOBILE.exec(digits)?.[1];
  if (mobile !== undefined) return HOME_PREFIX + mobile;
  if (!BARE_INTERNATIONAL.test(digits)) return null;
  const parsed = parsePhoneNumberFromString(`+${digits}`);
  return parsed?.isValid() === true ? parsed.number : null;
}
