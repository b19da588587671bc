import { isUtf8 } from 'node:buffer';
import { maskNumbersIn } from '../../../../../common/phone-number.js';

/** The body of a receipt as people read it. */
export interface ReadableBody {
  /** What is no UTF-8 is shown as far as it can be. */
  readonly body: string;
  /** The exact bytes, where the text cannot hold them; never of a masked body. */
  readonly bodyBase64: string | null;
}

/** `\u09e6`: how many programs write what is not ASCII. Digits and what stands between them may be written so too. */
const ESCAPED_NUMBER_CHARACTER = /\\u([\da-f]{4})/giu;
const NUMBER_CHARACTER = /^[\p{Nd}\p{Cf}\p{Pd}\p{Z}+.()\u2212]$/u;

/** White space as JSON writes it, between digits. */
const ESCAPED_SEPARATOR = /(?<=\p{Nd})(?:\\[tnrf])+(?=\p{Nd})/gu;

/** Control characters would part the digits of a number, in UTF-16 each from the next. */
const CONTROL_CHARACTERS = /[^\P{Cc}\t\r\n]/gu;

export function readableBody(bytes: Buffer): ReadableBody {
  return { body: bytes.toString('utf8'), bodyBase64: isUtf8(bytes) ? null : bytes.toString('base64') };
}

/** The same with telephone numbers masked, however they are written. */
export function maskedBody(bytes: Buffer): ReadableBody {
  const text = bytes.toString('utf8').replace(CONTROL_CHARACTERS, '');
  // What the bytes mean is anybody's guess, and with it where a number begins and ends.
  if (!isUtf8(bytes)) return { body: text.replace(/\p{Nd}/gu, '*'), bodyBase64: null };
  const unescaped = text.replace(ESCAPED_NUMBER_CHARACTER, (escaped, hex: string) => {
    const character = String.fromCharCode(Number.parseInt(hex, 16));
    return NUMBER_CHARACTER.test(character) ? character : escaped;
  });
  return { body: maskNumbersIn(unescaped.replace(ESCAPED_SEPARATOR, ' ')), bodyBase64: null };
}
