import { Readable } from 'node:stream';
import { setImmediate as immediate } from 'node:timers/promises';
import { DomainError } from '../../common/errors/domain-error.js';
import { type ExportColumn, type ExportFormat, type ExportRow, headerOf, linesOf } from './csv.js';

/** What a file consists of. */
export interface FileContents {
  readonly format: ExportFormat;
  readonly columns: readonly ExportColumn[];
  /** Is read only as fast as the client takes the file. */
  pages(): AsyncIterable<readonly ExportRow[]>;
}

/** Rows that are written at a time: webhooks do not wait longer than for these, about 5 ms. */
const ROWS_AT_ONCE = 250;

/** A file that is made while it is sent, so that it is nowhere as a whole. */
export class ExportedFile {
  /** With an error when the file cannot be completed: EXPORT_TOO_LARGE, or that of the database. */
  readonly stream: Readable;
  private written = 0;

  constructor(
    private readonly contents: FileContents,
    private readonly mostRows: number,
  ) {
    this.stream = Readable.from(this.parts());
  }

  /** Rows that were given to the stream. */
  get rows(): number {
    return this.written;
  }

  private async *parts(): AsyncGenerator<string> {
    const { format, columns } = this.contents;
    // At once, so that no proxy gives up while the first rows are looked for.
    yield headerOf(format, columns);
    for await (const page of this.contents.pages()) {
      if (this.written + page.length > this.mostRows) throw tooManyRows(this.mostRows);
      for (let from = 0; from < page.length; from += ROWS_AT_ONCE) {
        const rows = page.slice(from, from + ROWS_AT_ONCE);
        this.written += rows.length;
        yield linesOf(format, columns, rows);
        await immediate();
      }
    }
  }
}

export function tooManyRows(most: number): DomainError {
  return new DomainError(
    'EXPORT_TOO_LARGE',
    `More than ${most.toLocaleString('en')} rows match. Narrow the filter down, by from and to for calls, and export in parts`,
  );
}
