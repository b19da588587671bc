import { maskNumbersIn } from '../../../../common/phone-number.js';
import { WRITTEN_COLUMNS } from '../../calls/call-row.js';
import type { Call } from '../../calls/call.entity.js';
import type { CallUnitOfWork } from '../../calls/domain/call-unit-of-work.js';
import { canonical } from '../../calls/domain/facts/merge.js';

/** How one row of `telephony_calls` changes. */
export interface RowChange {
  readonly callId: number;
  /** created: a call was split off another; removed: the call was joined to another. */
  readonly kind: 'changed' | 'created' | 'removed';
  /** Of a changed row. */
  readonly columns: readonly ColumnChange[];
}

export interface ColumnChange {
  readonly column: string;
  /** Readable, without telephone numbers; null: JSON, which is too long to be shown. */
  readonly values: { readonly from: string; readonly to: string } | null;
}

const JSON_COLUMNS = new Set(['facts', 'effects', 'meta']);
const NUMBER_COLUMNS = new Set(['customer_phone', 'customer_number_e164']);

/**
 * What flushing the unit of work has changed.
 * @param rows the loaded rows as they were stored
 */
export function changesOf(unitOfWork: CallUnitOfWork, rows: readonly Call[]): RowChange[] {
  const stored = new Map(rows.map((row) => [row.id, row]));
  const changed = unitOfWork.changedCalls().flatMap((call): RowChange[] => {
    const before = stored.get(call.id);
    if (before === undefined) return [{ callId: call.id, kind: 'created', columns: [] }];
    const columns = columnsOf(before, call);
    return columns.length === 0 ? [] : [{ callId: call.id, kind: 'changed', columns }];
  });
  const removed = unitOfWork
    .removedCalls()
    .map(({ id }): RowChange => ({ callId: id, kind: 'removed', columns: [] }));
  return [...changed, ...removed];
}

function columnsOf(before: Call, after: Call): ColumnChange[] {
  const columns: ColumnChange[] = [];
  for (const [column, property] of COMPARED) {
    const [from, to] = [before[property], after[property]];
    if (canonical(from) === canonical(to)) continue;
    const show = NUMBER_COLUMNS.has(column) ? withoutNumber : readable;
    const values = JSON_COLUMNS.has(column) ? null : { from: show(from), to: show(to) };
    columns.push({ column, values });
  }
  return columns;
}

/** The columns that are written, with the properties of the entity, which are named alike. */
const COMPARED = Object.keys(WRITTEN_COLUMNS).map((column): [string, keyof Call] => [
  column,
  column.replace(/_([a-z])/gu, (_, letter: string) => letter.toUpperCase()) as keyof Call,
]);

function withoutNumber(value: unknown): string {
  return value === null || value === '' ? 'null' : '(a number)';
}

function readable(value: unknown): string {
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'string') return maskNumbersIn(value);
  return JSON.stringify(value) ?? 'null';
}
