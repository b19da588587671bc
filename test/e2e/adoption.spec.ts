import { migrate } from '../../src/database/migrator.js';
import {
  type LegacyCall,
  type OpenDatabase,
  openEmptyDatabase,
  openLegacyDatabase,
  openVariedLegacyDatabase,
  shapeOf,
} from '../support/legacy-schema.js';

type Row = Record<string, unknown>;

const UNDATED: LegacyCall = { id: 70, started_at: '2026-01-03 14:00:00', created_at: null, updated_at: null };

/** Of which the beginning is not told: the row stands for a time it has. */
const UNBEGUN: [LegacyCall, string][] = [
  [{ id: 80, created_at: '2026-01-03 14:00:00' }, '2026-01-03T08:00:00.000Z'],
  [
    { id: 81, ended_at: '2026-01-03 13:00:00', created_at: '2026-01-03 14:00:00' },
    '2026-01-03T07:00:00.000Z',
  ],
];

/** The customer's field as the former code stored it, and the number in it. */
const NUMBERS: [field: string, e164: string | null][] = [
  ['01712345678', '+8801712345678'],
  ['+8801712345678', '+8801712345678'],
  ['8801712345678', '+8801712345678'],
  ['+88 017 1234 5678', '+8801712345678'],
  ['88-01712-345678', '+8801712345678'],
  ['1712345678', '+8801712345678'],
  ['০১৭১২৩৪৫৬৭৮', '+8801712345678'],
  ['01712345678/01812345678', '+8801712345678'],
  ['201, 01812345678', '+8801812345678'],
  ['+442079460958', '+442079460958'],
  ['', null],
  ['201', null],
  ['999999', null],
  ['anonymous', null],
  ['not a number', null],
];
const NUMBERED: LegacyCall[] = NUMBERS.map(([field], index) => ({ id: 100 + index, customer_phone: field }));

/** Wall-clock times of Asia/Dhaka (UTC+6; UTC+7 in the summer of 2009), and the points in time they were. */
const WALL_CLOCKS: [wallClock: string, instant: string][] = [
  ['2026-01-03 10:30:00', '2026-01-03T04:30:00.000Z'],
  ['2026-01-03 00:00:00', '2026-01-02T18:00:00.000Z'],
  ['2026-01-02 23:59:59.999', '2026-01-02T17:59:59.999Z'],
  ['2026-01-01 05:59:59', '2025-12-31T23:59:59.000Z'],
  ['2024-02-29 03:00:00', '2024-02-28T21:00:00.000Z'],
  ['2009-07-01 12:00:00', '2009-07-01T05:00:00.000Z'],
  ['2009-06-19 23:30:00', '2009-06-19T17:30:00.000Z'],
];
const TIMED: LegacyCall[] = WALL_CLOCKS.map(([time], index) => ({
  id: 200 + index,
  started_at: time,
  answered_at: time,
  ended_at: time,
  created_at: time,
  updated_at: time,
}));

const LEGACY_CALLS: LegacyCall[] = [UNDATED, ...UNBEGUN.map(([row]) => row), ...NUMBERED, ...TIMED];

describe('the calls of the CRM, adopted', () => {
  let database: OpenDatabase;

  async function query(sql: string, ...parameters: unknown[]): Promise<Row[]> {
    return database.dataSource.query<Row[]>(sql, parameters);
  }

  async function callOf(legacy: LegacyCall | undefined): Promise<Row | undefined> {
    const [row] = await query('SELECT * FROM telephony_calls WHERE id = $1', legacy?.id);
    return row;
  }

  beforeAll(async () => {
    database = await openLegacyDatabase(LEGACY_CALLS);
    await migrate(database.settings, () => {});
  });

  afterAll(() => database.drop());

  it.each(WALL_CLOCKS)(
    'of wall-clock time %s happened at %s, in all five columns',
    async (wallClock, instant) => {
      const time = new Date(instant);
      expect(await callOf(TIMED.find((row) => row.started_at === wallClock))).toMatchObject({
        started_at: time,
        answered_at: time,
        ended_at: time,
        created_at: time,
        updated_at: time,
      });
    },
  );

  it('have a time to be listed by, marked as inferred where the beginning was not told', async () => {
    for (const [row, instant] of UNBEGUN) {
      expect(await callOf(row)).toMatchObject({ started_at: new Date(instant), inferred: ['started_at'] });
    }
    const [{ count } = {}] = await query(
      'SELECT count(*)::int FROM telephony_calls WHERE started_at IS NULL',
    );
    expect(count).toBe(0);
  });

  it('are dated by their start when they were never dated', async () => {
    const time = new Date('2026-01-03T08:00:00Z');
    expect(await callOf(UNDATED)).toMatchObject({
      started_at: time,
      answered_at: null,
      ended_at: null,
      created_at: time,
      updated_at: time,
    });
  });

  it.each(NUMBERS)('with "%s" in the customer field are of %s, and keep the field', async (field, e164) => {
    expect(await callOf(NUMBERED.find((row) => row.customer_phone === field))).toMatchObject({
      customer_phone: field,
      customer_number_e164: e164,
    });
  });

  it('have no facts and no effects', async () => {
    expect(await query('SELECT DISTINCT facts, effects, version FROM telephony_calls')).toEqual([
      { facts: null, effects: {}, version: 1 },
    ]);
  });

  it('are followed by new calls with higher ids, created at the time of the insert', async () => {
    const [added] = await query(
      `INSERT INTO telephony_calls (customer_phone) VALUES ('') RETURNING id, created_at = now() AS is_dated`,
    );
    await query('DELETE FROM telephony_calls WHERE id = $1', added?.id);
    expect(added?.id).toBeGreaterThan(Math.max(...LEGACY_CALLS.map(({ id }) => id)));
    expect(added?.is_dated).toBe(true);
  });

  it('have the shape they have in a fresh database, whatever the CRM had called or left out', async () => {
    const [fresh, varied] = await Promise.all([openEmptyDatabase(), openVariedLegacyDatabase()]);
    try {
      for (const { settings } of [fresh, varied]) await migrate(settings, () => {});
      const shape = await shapeOf(fresh.dataSource, 'telephony%');
      expect(await shapeOf(database.dataSource, 'telephony%')).toEqual(shape);
      // An index with another order does not replace one of the service.
      const variedShape = await shapeOf(varied.dataSource, 'telephony%');
      expect(variedShape.filter((line) => !line.includes('"newest first"'))).toEqual(shape);
    } finally {
      await fresh.drop();
      await varied.drop();
    }
  });
});
