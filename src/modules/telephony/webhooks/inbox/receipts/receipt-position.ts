import { DateTime } from 'luxon';
import { bigIdOf } from '../../../../../common/limits.js';

/** A position in the list of receipts, which is ordered by time of receipt and id. */
export interface ReceiptPosition {
  /** ISO 8601 in UTC with microseconds, the precision of PostgreSQL. */
  readonly receivedAt: string;
  readonly id: string;
}

const MICROSECONDS_IN_UTC = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/u;

const EARLIEST = Date.UTC(1970, 0);
const LATEST = Date.UTC(9999, 11, 31);

/** The position before all receipts of this time or later. The time is limited to the years 1970 to 9999. */
export function positionAt(time: Date): ReceiptPosition {
  const limited = new Date(Math.min(Math.max(time.getTime(), EARLIEST), LATEST));
  return { receivedAt: limited.toISOString().replace('Z', '000Z'), id: '0' };
}

export const FIRST: ReceiptPosition = positionAt(new Date(EARLIEST));
export const LAST: ReceiptPosition = positionAt(new Date(LATEST));

export function isBefore(one: ReceiptPosition, other: ReceiptPosition): boolean {
  return one.receivedAt === other.receivedAt
    ? BigInt(one.id) < BigInt(other.id)
    : one.receivedAt < other.receivedAt;
}

/** An opaque cursor for clients. */
export function cursorOf({ receivedAt, id }: ReceiptPosition): string {
  return Buffer.from(`${receivedAt} ${id}`).toString('base64url');
}

/** null: not a cursor that {@link cursorOf} can have made. */
export function positionOf(cursor: string): ReceiptPosition | null {
  const [receivedAt = '', digits = ''] = Buffer.from(cursor, 'base64url').toString().split(' ');
  const id = bigIdOf(digits);
  const isTime = MICROSECONDS_IN_UTC.test(receivedAt) && DateTime.fromISO(receivedAt).isValid;
  const position = { receivedAt, id: id ?? '' };
  // A forged cursor may have a year that PostgreSQL cannot represent, and would fail the query.
  return isTime && id !== null && isBefore(FIRST, position) && isBefore(position, LAST) ? position : null;
}
