import { DateTime } from 'luxon';
import { bigIdOf } from '../../../../../common/limits.js';

/** A place in the list of receipts, which is in the order they came, and of their ids where that is the same. */
export interface ReceiptPosition {
  /** ISO 8601 in UTC, to the microsecond: as exact as PostgreSQL keeps it. */
  readonly receivedAt: string;
  readonly id: string;
}

const MICROSECONDS_IN_UTC = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/u;

const EARLIEST = Date.UTC(1970, 0);
const LATEST = Date.UTC(9999, 11, 31);

/** Before whatever came at that moment or later. Moments that no receipt can be of are drawn to where some can. */
export function positionAt(moment: Date): ReceiptPosition {
  const time = new Date(Math.min(Math.max(moment.getTime(), EARLIEST), LATEST));
  return { receivedAt: time.toISOString().replace('Z', '000Z'), id: '0' };
}

export const FIRST: ReceiptPosition = positionAt(new Date(EARLIEST));
export const LAST: ReceiptPosition = positionAt(new Date(LATEST));

export function isBefore(one: ReceiptPosition, other: ReceiptPosition): boolean {
  return one.receivedAt === other.receivedAt
    ? BigInt(one.id) < BigInt(other.id)
    : one.receivedAt < other.receivedAt;
}

/** What a caller is given to go on from; of no meaning to him. */
export function cursorOf({ receivedAt, id }: ReceiptPosition): string {
  return Buffer.from(`${receivedAt} ${id}`).toString('base64url');
}

/** null when it is no cursor of ours. */
export function positionOf(cursor: string): ReceiptPosition | null {
  const [receivedAt = '', digits = ''] = Buffer.from(cursor, 'base64url').toString().split(' ');
  const id = bigIdOf(digits);
  const isTime = MICROSECONDS_IN_UTC.test(receivedAt) && DateTime.fromISO(receivedAt).isValid;
  const position = { receivedAt, id: id ?? '' };
  // No cursor lies outside of the list: a year that PostgreSQL does not know is nothing to ask it about.
  return isTime && id !== null && isBefore(FIRST, position) && isBefore(position, LAST) ? position : null;
}
