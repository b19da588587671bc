import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import { Matches } from 'class-validator';
import { DateTime } from 'luxon';
import { DomainError } from '../errors/domain-error.js';
import { violates } from '../errors/field-rule.js';

/** A bound of a time filter: an ISO 8601 time or a date. */
export function IsDateOrTime(): PropertyDecorator {
  return applyDecorators(
    Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? withPlus(value) : value)),
    Matches(/^\d{4}-\d{2}-\d{2}(T.{2,30})?$/u, {
      message: '$property must be an ISO 8601 time or a date such as 2026-01-03',
      context: violates('time'),
    }),
  );
}

/** The `+` of an offset that was not written as `%2B` arrives as a space. An ISO 8601 time has no other before its offset. */
function withPlus(text: string): string {
  return text.replace(/(?<=T[\d:.,]+) (?=\d{2}(?::?\d{2})?$)/u, '+');
}

/**
 * Parses a bound of a time filter. For a date without time, `from` is the start of that day in the time zone and `to` the
 * start of the next one.
 *
 * @throws DomainError VALIDATION_FAILED
 */
export function momentOf(field: 'from' | 'to', text: string, timeZone: string): Date {
  const time = DateTime.fromISO(text, { zone: timeZone });
  if (!time.isValid) {
    throw new DomainError('VALIDATION_FAILED', `${field} is not a real date or time`, [
      { field, problem: 'must be an ISO 8601 time or a date such as 2026-01-03', rule: 'time' },
    ]);
  }
  const isDay = !text.includes('T');
  return (field === 'to' && isDay ? time.plus({ days: 1 }) : time).toJSDate();
}
