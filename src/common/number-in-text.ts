import { asciiOf, HOME_PREFIX } from './phone-number.js';

const ESCAPED_CHARACTER = /\\u([\da-f]{4})/giu;
const ESCAPED_SPACE = /\\[tnrf]/gu;
const PERCENT_ENCODED = /(?:%[\da-f]{2})+/giu;
const CONTROL_CHARACTERS = /[^\P{Cc}\t\r\n]/gu;

/** What people and encoders write between the digits of a number. */
const BETWEEN_DIGITS = /(?<=\d)[^\p{L}\d]{1,3}(?=\d)/gu;

/**
 * Whether a number is written in a text, in any writing: with separators or without, in digits of any script, escaped as in
 * JSON or a form. Rather too often than too seldom: other digits in a row may contain it.
 * @param e164 E.164
 */
export function containsNumber(text: string, e164: string): boolean {
  const plain = text
    .replace(CONTROL_CHARACTERS, '')
    .replace(ESCAPED_CHARACTER, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replace(ESCAPED_SPACE, ' ')
    .replace(PERCENT_ENCODED, decodedOrKept);
  const significant = e164.startsWith(HOME_PREFIX) ? e164.slice(HOME_PREFIX.length) : e164.slice(1);
  return asciiOf(plain).replace(BETWEEN_DIGITS, '').includes(significant);
}

function decodedOrKept(encoded: string): string {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded;
  }
}
