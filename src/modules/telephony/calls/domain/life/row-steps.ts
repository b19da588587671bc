import type { CallFacts } from '../facts/call-facts.js';
import { canonical } from '../facts/merge.js';
import { type CallProjection, project } from '../facts/projection.js';

/** A value of a column: times are ISO 8601 in UTC; null: there is none. */
export type ColumnValue = string | number | readonly (string | number)[] | null;

export interface ColumnStep {
  /** As the database names it. */
  readonly column: string;
  readonly from: ColumnValue;
  readonly to: ColumnValue;
}

/** What each of these facts, which follow each other, changed on the row. */
export function rowSteps(along: readonly CallFacts[]): ColumnStep[][] {
  let before: CallProjection | null = null;
  return along.map((facts) => {
    const after = project(facts);
    const changes = changedColumns(before, after);
    before = after;
    return changes;
  });
}

/** The columns that differ. @param before null: the row had not begun */
export function changedColumns(before: CallProjection | null, after: CallProjection): ColumnStep[] {
  return (Object.keys(after) as (keyof CallProjection)[])
    .map((property) => ({
      column: columnOf(property),
      from: before === null ? null : valueOf(before[property]),
      to: valueOf(after[property]),
    }))
    .filter(({ from, to }) => canonical(from) !== canonical(to));
}

/** `customerNumberE164` is `customer_number_e164`. */
export function columnOf(property: string): string {
  return property.replace(/[A-Z]/gu, (letter) => `_${letter.toLowerCase()}`);
}

export function valueOf(value: CallProjection[keyof CallProjection]): ColumnValue {
  if (value === '' || (Array.isArray(value) && value.length === 0)) return null;
  return value instanceof Date ? value.toISOString() : value;
}
