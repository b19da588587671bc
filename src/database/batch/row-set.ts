/** A column of rows to write: its type, and what it holds of a row. */
export type Column<Row> =
  | readonly [type: 'text' | 'jsonb', of: (row: Row) => string | null]
  | readonly [type: 'integer', of: (row: Row) => number | null]
  | readonly [type: 'timestamptz', of: (row: Row) => Date | null]
  | readonly [type: 'bytea', of: (row: Row) => Buffer | null];

/** How PostgreSQL reads one type in binary form: sizes in bytes, numbers with the most significant byte first. */
interface Encoding<Value> {
  readonly oid: number;
  size(value: Value): number;
  write(buffer: Buffer, value: Value, at: number): unknown;
}

const utf8 = {
  size: (value: string) => Buffer.byteLength(value),
  write: (buffer: Buffer, value: string, at: number) => buffer.write(value, at),
};
const TEXT: Encoding<string> = { oid: 25, ...utf8 };
/** A version, and text. */
const JSONB: Encoding<string> = {
  oid: 3802,
  size: (value) => 1 + Buffer.byteLength(value),
  write: (buffer, value, at) => buffer.write(value, buffer.writeUInt8(1, at)),
};
const INTEGER: Encoding<number> = {
  oid: 23,
  size: () => 4,
  write: (buffer, value, at) => {
    // Node.js would drop the fraction.
    if (!Number.isInteger(value)) throw new RangeError(`${value} is out of range: not an integer`);
    buffer.writeInt32BE(value, at);
  },
};
const YEAR_2000 = Date.UTC(2000);
/** Microseconds since 2000. */
const TIMESTAMPTZ: Encoding<Date> = {
  oid: 1184,
  size: () => 8,
  write: (buffer, value, at) => buffer.writeBigInt64BE(BigInt(value.getTime() - YEAR_2000) * 1000n, at),
};
const BYTEA: Encoding<Buffer> = {
  oid: 17,
  size: (value) => value.length,
  write: (buffer, value, at) => value.copy(buffer, at),
};

/** Dimensions, whether there are nulls, the type, and of the one dimension its length and where it begins. */
const HEADER_BYTES = 20;
const LENGTH_BYTES = 4;

/**
 * Rows that travel to PostgreSQL as one array a column, in binary form: as JSON, or as arrays in text, they would be
 * escaped here and parsed there, which costs several times as much as it does to store them.
 */
export class RowSet<Row> {
  /** The rows as an item of FROM; its columns have the names that were given. */
  readonly source: string;
  private readonly columns: readonly Column<Row>[];

  constructor(alias: string, columns: Readonly<Record<string, Column<Row>>>) {
    this.columns = Object.values(columns);
    const arrays = this.columns.map(([type], index) => `$${index + 1}::${type}[]`);
    this.source = `unnest(${arrays.join(', ')}) AS ${alias} (${Object.keys(columns).join(', ')})`;
  }

  /** The first parameters of a statement that reads from {@link source}. @throws RangeError for what is no integer */
  valuesOf(rows: readonly Row[]): Buffer[] {
    return this.columns.map((column) => arrayOf(column, rows));
  }
}

function arrayOf<Row>(column: Column<Row>, rows: readonly Row[]): Buffer {
  switch (column[0]) {
    case 'text':
      return encoded(TEXT, rows.map(column[1]));
    case 'jsonb':
      return encoded(JSONB, rows.map(column[1]));
    case 'integer':
      return encoded(INTEGER, rows.map(column[1]));
    case 'timestamptz':
      return encoded(TIMESTAMPTZ, rows.map(column[1]));
    case 'bytea':
      return encoded(BYTEA, rows.map(column[1]));
  }
}

function encoded<Value>(encoding: Encoding<Value>, values: readonly (Value | null)[]): Buffer {
  const sizes = values.map((value) => (value === null ? -1 : encoding.size(value)));
  const bytes = sizes.reduce((sum, size) => sum + LENGTH_BYTES + Math.max(size, 0), HEADER_BYTES);
  const buffer = Buffer.allocUnsafe(bytes);
  [1, sizes.includes(-1) ? 1 : 0, encoding.oid, values.length, 1].forEach((field, index) =>
    buffer.writeInt32BE(field, index * LENGTH_BYTES),
  );
  let at = HEADER_BYTES;
  values.forEach((value, index) => {
    const size = sizes[index] ?? -1;
    buffer.writeInt32BE(size, at);
    at += LENGTH_BYTES;
    if (value === null) return;
    encoding.write(buffer, value, at);
    at += size;
  });
  return buffer;
}
