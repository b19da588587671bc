import { userPartOf } from '../../../common/pbx-address.js';
import { asciiOf } from '../../../common/phone-number.js';

/** A value that cannot be read. `problem` completes "<field> …". */
export class Unreadable {
  constructor(readonly problem: string) {}
}

/** Reads a JSON value that {@link isSaid}. null: it says nothing after all. Never throws. */
export type FieldReader<T> = (value: unknown) => T | Unreadable | null;

/** What programs write for a value that they do not have. */
const NO_VALUE = /^\s*(?:[(<[]?(?:null|undefined|none|nil|nan|n\/a|object object)[)>\]]?\s*)?$/iu;
const LONGEST_NO_VALUE = 16;
/** A fast path: almost every value is longer than that, or begins with something else. */
const START_OF_NO_VALUE = ' \t\r\nNnUu(<[';
/** A variable of a template that was not filled in. One of them makes a text the same for all calls. */
const UNFILLED = /[$#%]\{[^{}]*\}|\{\{[^{}]*\}\}/u;
/** Of ids, besides {@link NO_NUMBER}. A number may be unknown, which means that the caller is withheld. */
const UNKNOWN_ID = /^(?:unknown|not[ _-]?(?:available|set)|-1|\{[^{}]*\}|\$\w+|%\w+%)$/iu;
/** Of ids and phone numbers. */
const NO_NUMBER = /^(?:0+|-+)$/u;

/** Longest text in which an extension is looked for: an address with a display name. */
const MAX_ADDRESS = 512;

/** Hours, minutes and seconds, or minutes and seconds: `00:00:39`, `0:39`. */
const CLOCK_DURATION = /^(?:(\d{1,3}):)?(\d{1,4}):([0-5]?\d(?:\.\d+)?)$/u;
const PLAIN_DURATION = /^(\d+(?:\.\d+)?)\s*(?:s|secs?|seconds?)?$/iu;

/** Whether a value says anything: null, '', `"null"`, `"N/A"` and an unfilled `${variable}` do not. */
export function isSaid(value: unknown): boolean {
  if (typeof value !== 'string') return value !== null;
  if (
    value.length <= LONGEST_NO_VALUE &&
    START_OF_NO_VALUE.includes(value.charAt(0)) &&
    NO_VALUE.test(value)
  ) {
    return false;
  }
  return !value.includes('{') || !UNFILLED.test(value);
}

/** Trimmed text, or a whole number. */
export function textUpTo(maxLength: number): FieldReader<string> {
  return (value) => readText(value, maxLength);
}

/** Text or a whole number, of which `0` and `-` say nothing. */
export function numberUpTo(maxLength: number): FieldReader<string> {
  return (value) => {
    const text = readText(value, maxLength);
    return typeof text === 'string' && NO_NUMBER.test(text) ? null : text;
  };
}

/** Text or a whole number, of which `0`, `-` and `unknown` say nothing: the id of several calls would join them. */
export function idUpTo(maxLength: number): FieldReader<string> {
  const readNumber = numberUpTo(maxLength);
  return (value) => {
    const text = readNumber(value);
    return typeof text === 'string' && UNKNOWN_ID.test(text) ? null : text;
  };
}

/** A word: text, never a number. */
export function wordUpTo(maxLength: number): FieldReader<string> {
  return (value) =>
    typeof value === 'string' ? readText(value, maxLength) : new Unreadable('must be text in quotes');
}

/** An extension in any notation: see {@link userPartOf}. */
export function extensionUpTo(maxLength: number): FieldReader<string> {
  return (value) => {
    const text = readText(value, MAX_ADDRESS);
    if (typeof text !== 'string') return text;
    const extension = PLAIN_EXTENSION.test(text) ? text : userPartOf(asciiOf(text));
    if (extension === '') return new Unreadable('must name an extension');
    return extension.length <= maxLength ? extension : tooLong(maxLength);
  };
}
const PLAIN_EXTENSION = /^\d+$/u;

/** Seconds, rounded: a number, or a number or hours, minutes and seconds as text. */
export function secondsUpTo(max: number): FieldReader<number> {
  return (value) => {
    const seconds = typeof value === 'string' ? secondsIn(value.trim()) : value;
    return typeof seconds === 'number' && seconds >= 0 && seconds <= max
      ? Math.round(seconds)
      : new Unreadable(`must be a number of seconds from 0 to ${max}, such as 39 or "00:00:39"`);
  };
}

const NOT_TEXT = new Unreadable('must be text, or a whole number that JSON keeps exactly: quote longer ones');
const NOT_UNICODE = new Unreadable('must be Unicode text without NUL');

function readText(value: unknown, maxLength: number): string | Unreadable | null {
  if (typeof value === 'number') {
    // A larger number has lost digits already: JSON.parse rounds it.
    return Number.isSafeInteger(value) && value >= 0 ? String(value) : NOT_TEXT;
  }
  if (typeof value !== 'string') return NOT_TEXT;
  if (value.includes('\0') || !value.isWellFormed()) return NOT_UNICODE;
  const text = value.trim();
  if (text.length > maxLength) return tooLong(maxLength);
  return text === '' ? null : text;
}

function tooLong(maxLength: number): Unreadable {
  return new Unreadable(`must be at most ${maxLength} characters`);
}

function secondsIn(text: string): number | null {
  const plain = PLAIN_DURATION.exec(text)?.[1];
  if (plain !== undefined) return Number(plain);
  const [, hours = 0, minutes, seconds] = CLOCK_DURATION.exec(text) ?? [];
  if (minutes === undefined || seconds === undefined) return null;
  return (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds);
}
