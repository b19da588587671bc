import type { Figures } from './types.js';

/** A table of the report, with what its rows are of. */
export interface CsvTable {
  readonly of: string;
  readonly rows: readonly Figures[];
  readonly name: (key: Figures['key']) => string;
}

export interface CsvColumn {
  readonly title: string;
  /** null: an empty cell. */
  readonly value: (of: Figures) => number | null;
}

/** A spreadsheet would calculate what begins like a formula, also behind blanks and invisible characters. */
const FORMULA = /^[\s\p{Z}\p{Cc}\p{Cf}]*[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20]/u;

function cell(text: string): string {
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/u.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** The tables one below the other; numbers as numbers, rates as ratios, times in seconds. */
export function csvOf(tables: readonly CsvTable[], columns: readonly CsvColumn[]): Blob {
  const lines = tables.flatMap(({ of, rows, name }) => [
    [of, ...columns.map(({ title }) => title)].map(cell).join(','),
    ...rows.map((row) =>
      [cell(name(row.key)), ...columns.map((column) => String(column.value(row) ?? ''))].join(','),
    ),
    '',
  ]);
  // Without the mark spreadsheets take Bangla for something else.
  return new Blob(['\u{FEFF}', lines.join('\r\n')], { type: 'text/csv;charset=utf-8' });
}
