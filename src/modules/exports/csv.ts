import { type Options, stringify } from 'csv-stringify/sync';
import { spreadsheetPhone, spreadsheetText } from './cells.js';

/** csv: for spreadsheets. raw: for programs, without anything that protects from a spreadsheet. */
export const EXPORT_FORMATS = ['csv', 'raw'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

/**
 * What a column holds. text: anybody's words. phone: a number as it was written. plain: our own words, which nothing changes.
 * digits: numbers, times, true and false, in which no sign means anything to CSV.
 */
export type CellKind = 'plain' | 'text' | 'phone' | 'digits';

export interface ExportColumn {
  /** In the header row, and the property of the rows. */
  readonly name: string;
  readonly kind: CellKind;
  /** Of `digits`: names of the header row, if the value is of several cells, joined by commas. */
  readonly joins?: readonly string[];
}

export type ExportRow = Readonly<Record<string, unknown>>;

/** Where the end of a record is given, csv-stringify quotes other line breaks only if it is told to. */
const OPTIONS: Readonly<Record<ExportFormat, Options>> = {
  csv: { escape_formulas: true, record_delimiter: 'windows', quote_record_delimiter: true },
  raw: { record_delimiter: 'unix', quote_record_delimiter: true },
};

const LINE_END: Readonly<Record<ExportFormat, string>> = { csv: '\r\n', raw: '\n' };

/**
 * What csv-stringify quotes, or escapes as a formula. Rows without any of it are joined here: it takes longer for a cell than
 * all else that is done for it, also where it changes nothing.
 */
const CHANGED_TEXT: Readonly<Record<ExportFormat, RegExp>> = {
  csv: /[",\r\n]|^[=+\-@\t\uFF1D\uFF0B\uFF0D\uFF20]/u,
  raw: /[",\r\n]/u,
};

/** Without it Excel reads the file in the code page of the machine, and Bangla is lost. */
const BYTE_ORDER_MARK = '\uFEFF';

const SPREADSHEET_CELL: Readonly<Record<CellKind, (text: string) => string>> = {
  plain: (text) => text,
  digits: (text) => text,
  text: spreadsheetText,
  phone: spreadsheetPhone,
};

/** The beginning of a file: its header row. */
export function headerOf(format: ExportFormat, columns: readonly ExportColumn[]): string {
  const names = columns.flatMap(({ name, joins }) => joins ?? [name]);
  const header = stringify([names], OPTIONS[format]);
  return format === 'csv' ? BYTE_ORDER_MARK + header : header;
}

/** Further lines of a file. null and empty text are empty cells. */
export function linesOf(
  format: ExportFormat,
  columns: readonly ExportColumn[],
  rows: readonly ExportRow[],
): string {
  let lines = '';
  let unwritten: unknown[][] = [];
  for (const row of rows) {
    const record = columns.map(({ name, kind }) => cellOf(format, kind, row[name]));
    if (record.some((cell, index) => columns[index]?.kind !== 'digits' && isChanged(format, cell))) {
      unwritten.push(record.flatMap((cell, index) => separated(cell, columns[index])));
      continue;
    }
    if (unwritten.length > 0) lines += stringify(unwritten, OPTIONS[format]);
    unwritten = [];
    lines += record.join() + LINE_END[format];
  }
  return unwritten.length > 0 ? lines + stringify(unwritten, OPTIONS[format]) : lines;
}

function cellOf(format: ExportFormat, kind: CellKind, value: unknown): unknown {
  // csv-stringify would write 1 for true, and an empty cell for false.
  if (typeof value === 'boolean') return String(value);
  return format === 'csv' && typeof value === 'string' ? SPREADSHEET_CELL[kind](value) : value;
}

function separated(cell: unknown, column: ExportColumn | undefined): unknown[] {
  if (column?.joins === undefined) return [cell];
  // As text, a number below zero would be escaped as a formula.
  return String(cell)
    .split(',')
    .map((part) => (part.startsWith('-') ? Number(part) : part));
}

/** Whether csv-stringify would quote or escape this cell, or knows how to write it. */
function isChanged(format: ExportFormat, cell: unknown): boolean {
  if (typeof cell === 'string') return CHANGED_TEXT[format].test(cell);
  return typeof cell === 'object' && cell !== null;
}
