import { DateTime } from 'luxon';
import { DomainError } from '../../../common/errors/domain-error.js';
import type { FieldRule } from '../../../common/errors/field-rule.js';

/** Whole business days `YYYY-MM-DD`, both included. */
export interface DayRange {
  readonly from: string;
  readonly to: string;
}

export interface RequestedDays {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** So many whole business days, today among them; of less account than `from` and `to`. */
  readonly rangeDays?: number | undefined;
}

/**
 * The days that a report is asked for. Without `to` they end today; without `from` they are `rangeDays` many.
 *
 * @throws DomainError VALIDATION_FAILED for days that do not exist or end before they begin
 */
export function reportDays(requested: RequestedDays, now: Date, zone: string, usualDays = 1): DayRange {
  const today = DateTime.fromJSDate(now, { zone }).toISODate() ?? '';
  const to = dayOf('to', requested.to ?? today, zone);
  const count = requested.rangeDays ?? usualDays;
  const from =
    requested.from === undefined ? to.minus({ days: count - 1 }) : dayOf('from', requested.from, zone);
  if (from > to) throw invalid('to', 'must not be before from', 'unsuitable');
  return { from: from.toFormat('yyyy-MM-dd'), to: to.toFormat('yyyy-MM-dd') };
}

/** PostgreSQL knows no year 0, and no report goes back so far. */
const EARLIEST_YEAR = 1000;

function dayOf(field: 'from' | 'to', text: string, zone: string): DateTime {
  const day = DateTime.fromISO(text, { zone });
  if (!day.isValid || day.year < EARLIEST_YEAR)
    throw invalid(field, 'must be a day such as 2026-01-03', 'time');
  return day.startOf('day');
}

function invalid(field: string, problem: string, rule: FieldRule): DomainError {
  return new DomainError('VALIDATION_FAILED', `${field} ${problem}`, [{ field, problem, rule }]);
}
