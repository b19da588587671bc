import { isUtf8 } from 'node:buffer';
import { maskNumbersIn } from '../../../../../common/phone-number.js';

/** The body of a receipt as text. */
export interface ReadableBody {
  /** Bytes that are not UTF-8 are shown as U+FFFD. */
  readonly body: string;
  /** The exact bytes of an unmasked body that is not UTF-8; else null. */
  readonly bodyBase64: string | null;
}

/** `\u09e6`: many JSON encoders escape all non-ASCII characters, so digits and separators of a number may be escaped. */
const ESCAPED_NUMBER_CHARACTER = /\\u([\da-f]{4})/giu;
const NUMBER_CHARACTER = /^[\p{Nd}\p{Cf}\p{Pd}\p{Z}+.()\u2212]$/u;

/** Escaped white space of JSON between digits. */
const ESCAPED_SEPARATOR = /(?<=\p{Nd})(?:\\[tnrf])+(?=\p{Nd})/gu;

/** Control characters separate the digits of a number; a UTF-16 body has a NUL between any two. */
const CONTROL_CHARACTERS = /[^\P{Cc}\t\r\n]/gu;

export function readableBody(bytes: Buffer): ReadableBody {
  return { body: bytes.toString('utf8'), bodyBase64: isUtf8(bytes) ? null : bytes.toString('base64') };
}

/** Like {@link readableBody}, with telephone numbers masked, however they are written. */
export function maskedBody(bytes: Buffer): ReadableBody {
  const text = bytes.toString('utf8').replace(CONTROL_CHARACTERS, '');
  // The encoding is unknown, so numbers cannot be recognised: all digits are masked.
  if (!isUtf8(bytes)) return { body: text.replace(/\p{Nd}/gu, '*'), bodyBase64: null };
  const unescaped = text.replace(ESCAPED_NUMBER_CHARACTER, (escaped, hex: string) => {
    const character = String.fromCharCode(Number.parseInt(hex, 16));
    return NUMBER_CHARACTER.test(character) ? character : escaped;
  });
  return { body: maskNumbersIn(unescaped.replace(ESCAPED_SEPARATOR, ' ')), bodyBase64: null };
}
