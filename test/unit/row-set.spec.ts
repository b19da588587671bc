import { Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../src/database/data-source.js';
import { RowSet } from '../../src/database/batch/row-set.js';
import { PreparedStatement } from '../../src/database/batch/prepared-statement.js';
import { inTransaction } from '../../src/database/transaction.js';
import { createEmptyDatabase, type TestDatabase } from '../support/database.js';

interface Row {
  readonly name: string | null;
  readonly known: string | null;
  readonly count: number | null;
  readonly at: Date | null;
  readonly body: Buffer | null;
}

const ROWS = new RowSet<Row>('w', {
  name: ['text', (row) => row.name],
  known: ['jsonb', (row) => row.known],
  count: ['integer', (row) => row.count],
  at: ['timestamptz', (row) => row.at],
  body: ['bytea', (row) => row.body],
});
const EMPTY: Row = { name: null, known: null, count: null, at: null, body: null };

let database: TestDatabase;
let dataSource: DataSource;

beforeAll(async () => {
  // These tests check the errors of rejected statements.
  Logger.overrideLogger(false);
  database = await createEmptyDatabase();
  dataSource = await new DataSource(dataSourceOptions(database.settings)).initialize();
});
afterAll(async () => {
  await dataSource.destroy();
  await database.drop();
});

function throughPostgres(rows: readonly Row[]): Promise<Row[]> {
  const statement = new PreparedStatement<Row>('return-rows', `SELECT * FROM ${ROWS.source}`);
  return inTransaction(dataSource, (manager) => statement.run(manager, ROWS.valuesOf(rows)));
}

describe('rows that travel as one array a column', () => {
  it.each([
    ['plain', { ...EMPTY, name: 'Rahim', count: 7, at: new Date('2026-11-25T04:05:06.789Z') }],
    ['of text that other forms would escape', { ...EMPTY, name: `{"a\\"},NULL,'রহিম 📞'\n` }],
    ['of empty values', { ...EMPTY, name: '', body: Buffer.alloc(0) }],
    ['of bytes that are no text', { ...EMPTY, body: Buffer.from([0, 255, 128, 92]) }],
    ['of numbers at their bounds', { ...EMPTY, count: -2_147_483_648 }],
    ['of times before 2000 and far ahead', { ...EMPTY, at: new Date('1969-12-31T23:59:59.999Z') }],
    ['of nothing', EMPTY],
  ])('arrive as they were sent: %s', async (_what, row) => {
    expect(await throughPostgres([row, EMPTY, row])).toEqual([row, EMPTY, row]);
  });

  it('hold what is JSON as JSON', async () => {
    const [row] = await throughPostgres([{ ...EMPTY, known: '{"phone":"\\u09e6","at":[1,null]}' }]);
    expect(row?.known).toEqual({ phone: '\u09e6', at: [1, null] });
  });

  it.each([2_147_483_648, 0.5])('refuse %d, which is no integer of four bytes', (count) => {
    expect(() => ROWS.valuesOf([{ ...EMPTY, count }])).toThrow('out of range');
  });
});
