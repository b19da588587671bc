import { DateTime } from 'luxon';
import { type FieldReader, Unreadable } from './field-values.js';

/** The form of times in the contract. Luxon reads every form of ISO 8601, but takes ten times as long. */
const USUAL_TIME = /^20\d{2}-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-5]\d(?:\.\d{1,3})?Z$/u;

/**
 * Date and time in the order of ISO 8601, with a space or `T` between them. In a form the `+` of an offset may have become
 * a space.
 */
const WRITTEN_TIME =
  /^(\d{4})[-/](\d\d)[-/](\d\d)(?:T|\s+)(\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?)(?:\s*(Z|UTC|GMT)|(\s*[+-]|\s)(\d\d)(?::?(\d\d))?)?$/iu;
const OTHER_ISO_TIME = /^\d{4}-?\d{2}-?\d{2}T/u;
const EPOCH = /^\d{9,13}(?:\.\d+)?$/u;

const FIRST_YEAR = 2000;
const LAST_YEAR = 2100;
const EARLIEST_MS = Date.UTC(FIRST_YEAR, 0);
const LATEST_MS = Date.UTC(LAST_YEAR + 1, 0);

const NOT_A_TIME = new Unreadable(
  `must be a date and time of the years ${FIRST_YEAR} to ${LAST_YEAR}, such as 2026-01-03T10:30:00Z, or Unix time`,
);

/**
 * Reads a time of the PBX: ISO 8601, also with a space instead of `T`, or Unix time in seconds or milliseconds.
 * @param timeZone IANA zone of a time without an offset
 */
export function timeIn(timeZone: string): FieldReader<Date> {
  return (value) => readTime(typeof value === 'string' ? value.trim() : value, timeZone) ?? NOT_A_TIME;
}

function readTime(value: unknown, timeZone: string): Date | null {
  if (typeof value === 'number') return epochTime(value);
  if (typeof value !== 'string') return null;
  if (USUAL_TIME.test(value)) {
    const time = new Date(value);
    // Date reads February 30 as a day of March: such a day is rejected below.
    if (time.getUTCDate() === Number(value.slice(8, 10))) return time;
  }
  if (EPOCH.test(value)) return epochTime(Number(value));
  const text = isoTextOf(value);
  const time = text === null ? null : DateTime.fromISO(text, { zone: timeZone });
  const isReal = time?.isValid === true && time.year >= FIRST_YEAR && time.year <= LAST_YEAR;
  return isReal ? time.toJSDate() : null;
}

/** Seconds and milliseconds of these years cannot be confused. */
function epochTime(value: number): Date | null {
  for (const time of [value * 1000, value]) {
    if (time >= EARLIEST_MS && time < LATEST_MS) return new Date(Math.floor(time));
  }
  return null;
}

function isoTextOf(text: string): string | null {
  const [, year, month, day, time, utc, sign, hours, minutes = '00'] = WRITTEN_TIME.exec(text) ?? [];
  if (time === undefined) return OTHER_ISO_TIME.test(text) ? text : null;
  const zone = sign === undefined ? '' : `${sign.trim() || '+'}${hours}:${minutes}`;
  return `${year}-${month}-${day}T${time}${utc === undefined ? zone : 'Z'}`;
}
