import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional } from 'class-validator';
import { DomainError } from '../errors/domain-error.js';
import { IsDateOrTime, momentOf } from '../time/date-or-time.js';
import { IsText } from './is-text.decorator.js';
import { isBefore, type ListPosition, positionAt, positionOf } from './list-position.js';
import { LimitQuery } from './page-query.js';

/** A page of a list that is read newest first, from cursor to cursor, with bounds of time. */
export class CursorQuery extends LimitQuery {
  @ApiPropertyOptional({
    example: '2026-01-03',
    description: 'Those of then or later; a date begins at midnight of the business time zone.',
  })
  @IsOptional()
  @IsDateOrTime()
  from?: string;

  @ApiPropertyOptional({
    example: '2026-01-04T00:00:00+06:00',
    description: 'Those of before then; a date includes its whole day.',
  })
  @IsOptional()
  @IsDateOrTime()
  to?: string;

  @ApiPropertyOptional({ description: '`nextCursor` of the page before.' })
  @IsOptional()
  @IsText(200)
  cursor?: string;
}

/** The part of a list in which a page lies. */
export interface ListSpan {
  /** Inclusive; undefined: no bound. */
  readonly from: ListPosition | undefined;
  /** Exclusive; undefined: no bound. */
  readonly before: ListPosition | undefined;
}

/**
 * The span of a query. It ends at `to` or at the cursor, whichever is earlier.
 * @throws DomainError VALIDATION_FAILED
 */
export function spanOf(
  query: Pick<CursorQuery, 'from' | 'to'> & Partial<Pick<CursorQuery, 'cursor'>>,
  timeZone: string,
): ListSpan {
  const bound = (field: 'from' | 'to'): ListPosition | undefined => {
    const text = query[field];
    return text === undefined ? undefined : positionAt(momentOf(field, text, timeZone));
  };
  const to = bound('to');
  const cursor = query.cursor === undefined ? to : cursorPositionOf(query.cursor);
  const before = cursor === undefined || (to !== undefined && isBefore(to, cursor)) ? to : cursor;
  return { from: bound('from'), before };
}

function cursorPositionOf(cursor: string): ListPosition {
  const position = positionOf(cursor);
  if (position !== null) return position;
  const problem = 'must be the nextCursor of another page';
  throw new DomainError('VALIDATION_FAILED', `cursor ${problem}`, [
    { field: 'cursor', problem, rule: 'form' },
  ]);
}
