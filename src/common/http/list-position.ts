import { DateTime } from 'luxon';
import { bigIdOf } from '../limits.js';

/** A position in a list that is ordered by a time and an id, such as that of receipts. */
export interface ListPosition {
  /** ISO 8601 in UTC with microseconds, the precision of PostgreSQL. */
  readonly at: string;
  readonly id: string;
}

const MICROSECONDS_IN_UTC = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/u;

const EARLIEST = Date.UTC(1970, 0);
const LATEST = Date.UTC(9999, 11, 31);

/** The position before all rows of this time or later. The time is limited to the years 1970 to 9999. */
export function positionAt(time: Date): ListPosition {
  const limited = new Date(Math.min(Math.max(time.getTime(), EARLIEST), LATEST));
  return { at: limited.toISOString().replace('Z', '000Z'), id: '0' };
}

export const FIRST: ListPosition = positionAt(new Date(EARLIEST));
export const LAST: ListPosition = positionAt(new Date(LATEST));

export function isBefore(one: ListPosition, other: ListPosition): boolean {
  return one.at === other.at ? BigInt(one.id) < BigInt(other.id) : one.at < other.at;
}

/** An opaque cursor for clients. */
export function cursorOf({ at, id }: ListPosition): string {
  return Buffer.from(`${at} ${id}`).toString('base64url');
}

/** null: not a cursor that {@link cursorOf} can have made. */
export function positionOf(cursor: string): ListPosition | null {
  const [at = '', digits = ''] = Buffer.from(cursor, 'base64url').toString().split(' ');
  const id = bigIdOf(digits);
  const isTime = MICROSECONDS_IN_UTC.test(at) && DateTime.fromISO(at).isValid;
  const position = { at, id: id ?? '' };
  // A forged cursor may have a year that PostgreSQL cannot represent, and would fail the query.
  return isTime && id !== null && isBefore(FIRST, position) && isBefore(position, LAST) ? position : null;
}
