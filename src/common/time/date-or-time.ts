import { applyDecorators } from '@nestjs/common';
import { Matches } from 'class-validator';
import { DateTime } from 'luxon';
import { DomainError } from '../errors/domain-error.js';

/** A moment as a filter is given it: an ISO 8601 time, or a day. */
export function IsDateOrTime(): PropertyDecorator {
  return applyDecorators(
    Matches(/^\d{4}-\d{2}-\d{2}(T.{2,30})?$/u, {
      message: '$property must be an ISO 8601 time or a date such as 2026-01-03',
    }),
  );
}

/**
 * A bare date is a day of the time zone: `from` its beginning, `to` its end.
 * @throws DomainError VALIDATION_FAILED
 */
export function momentOf(field: 'from' | 'to', text: string, timeZone: string): Date {
  const time = DateTime.fromISO(text, { zone: timeZone });
  if (!time.isValid) {
    throw new DomainError('VALIDATION_FAILED', `${field} is not a real date or time`, [
      { field, problem: 'must be an ISO 8601 time or a date such as 2026-01-03' },
    ]);
  }
  const isDay = !text.includes('T');
  return (field === 'to' && isDay ? time.plus({ days: 1 }) : time).toJSDate();
}
