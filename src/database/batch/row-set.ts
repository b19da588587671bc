/** A column of rows to write: its PostgreSQL type, and a function that reads its value from a row. */
export type Column<Row> =
  | readonly [type: 'text' | 'jsonb', valueOf: (row: Row) => string | null]
  | readonly [type: 'integer', valueOf: (row: Row) => number | null]
  | readonly [type: 'timestamptz', valueOf: (row: Row) => Date | null]
  | readonly [type: 'bytea', valueOf: (row: Row) => Buffer | null];

/** PostgreSQL's binary format of one type: sizes in bytes, numbers in big-endian order. */
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
/** A version byte (1), then the text. */
const JSONB: Encoding<string> = {
  oid: 3802,
  size: (value) => 1 + Buffer.byteLength(value),
  write: (buffer, value, at) => buffer.write(value, buffer.writeUInt8(1, at)),
};
const INTEGER: Encoding<number> = {
  oid: 23,
  size: () => 4,
  write: (buffer, value, at) => {
    // writeInt32BE would drop the fraction silently.
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

/** Header of an array: number of dimensions, null flag, OID of the element type, length and lower bound of the dimension. */
const HEADER_BYTES = 20;
const LENGTH_BYTES = 4;

/**
 * Encodes rows as one binary array per column, the parameters of a batch statement. JSON or text arrays would have to be
 * escaped here and parsed by PostgreSQL, which costs several times as much as storing the rows.
 */
export class RowSet<Row> {
  /** The rows as a FROM item whose columns have the given names. */
  readonly source: string;
  private readonly columns: readonly Column<Row>[];

  constructor(alias: string, columns: Readonly<Record<string, Column<Row>>>) {
    this.columns = Object.values(columns);
    const arrays = this.columns.map(([type], index) => `$${index + 1}::${type}[]`);
    this.source = `unnest(${arrays.join(', ')}) AS ${alias} (${Object.keys(columns).join(', ')})`;
  }

  /**
   * The first parameters of a statement that reads from {@link source}.
   *
   * @throws RangeError for an integer column whose value is not an int4
   */
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
