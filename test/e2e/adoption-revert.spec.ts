import { DataSource } from 'typeorm';
import { migrations } from '../../migrations/index.js';
import { dataSourceOptions, type DatabaseSettings } from '../../src/database/data-source.js';
import { migrate, revertMigrations } from '../../src/database/migrator.js';
import {
  type LegacyCall,
  type OpenDatabase,
  openEmptyDatabase,
  openLegacyDatabase,
  openVariedLegacyDatabase,
  shapeOf,
} from '../support/legacy-schema.js';

type Row = Record<string, unknown>;

const LEGACY_CALLS: LegacyCall[] = [
  {
    id: 1,
    customer_phone: '০১৭১২৩৪৫৬৭৮',
    started_at: '2026-01-03 00:00:00',
    created_at: '2009-07-01 12:00:00',
  },
  { id: 2, external_call_id: 'BN-2', status: 'ringing', direction: 'inbound', customer_phone: '01711000002' },
  {
    id: 3,
    external_call_id: 'BN-2',
    status: 'completed',
    duration_seconds: 20,
    meta: { event: 'call_ended' },
  },
  { id: 4, external_call_id: 'BN-2', status: 'answered', answered_at: '2026-01-02 23:59:59.999' },
  { id: 5, external_call_id: 'BN-5', status: 'failed', disposition: 'busy', ended_at: '2026-01-03 10:00:00' },
  { id: 6, external_call_id: 'BN-6', meta: ['not', 'an', 'object'] },
  { id: 7, external_call_id: 'BN-6' },
];

const quietly = (): void => {};

/** Every row of every table of the CRM's, as it is stored. */
async function rowsOf(dataSource: DataSource): Promise<Record<string, Row[]>> {
  const tables = [
    'telephony_calls',
    'crm_call_tasks',
    'customers',
    'crm_open_call_tasks',
    'crm_call_reviews',
  ];
  const rows = new Map<string, Row[]>();
  for (const table of tables) {
    rows.set(table, await dataSource.query<Row[]>(`SELECT * FROM ${table} ORDER BY id`));
  }
  return Object.fromEntries(rows);
}

async function migrateFirst(settings: DatabaseSettings, count: number): Promise<void> {
  const options = { ...dataSourceOptions(settings), migrations: migrations.slice(0, count) };
  const dataSource = await new DataSource(options).initialize();
  await dataSource.runMigrations();
  await dataSource.destroy();
}

async function revertAll(settings: DatabaseSettings): Promise<void> {
  await revertMigrations(settings, 'all', quietly);
}

describe('a revert', () => {
  let database: OpenDatabase;

  afterEach(() => database.drop());

  it.each([
    ["on the CRM's database", () => openLegacyDatabase()],
    ["on the CRM's database as other hands may have left it", openVariedLegacyDatabase],
    ['on a fresh database', () => openEmptyDatabase()],
  ])(
    'of each migration restores the shape before it, %s',
    async (_, open) => {
      database = await open();
      const shapes: string[][] = [];
      for (let count = 1; count <= migrations.length; count += 1) {
        shapes.push(await shapeOf(database.dataSource));
        await migrateFirst(database.settings, count);
      }
      for (const shape of shapes.toReversed()) {
        await revertMigrations(database.settings, 'last', quietly);
        expect(await shapeOf(database.dataSource)).toEqual(shape);
      }
    },
    120_000,
  );

  it('of all migrations leaves an empty schema on a new database', async () => {
    database = await openEmptyDatabase();
    await migrate(database.settings, quietly);
    await revertAll(database.settings);
    expect(
      await database.dataSource.query(
        `SELECT relname AS name FROM pg_class
          WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v', 'S')
            AND relname NOT LIKE 'telephony_migrations%'
          UNION ALL
         SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace`,
      ),
    ).toEqual([]);
  });

  it('restores every row, and a second adoption has the same result as the first', async () => {
    database = await openLegacyDatabase(LEGACY_CALLS);
    await database.dataSource.query('INSERT INTO crm_call_reviews (call_id) VALUES (3)');
    const {
      telephony_calls: callsBefore = [],
      crm_call_reviews: _,
      ...crmBefore
    } = await rowsOf(database.dataSource);
    await migrate(database.settings, quietly);
    const adopted = await rowsOf(database.dataSource);
    expect(adopted.telephony_calls).toHaveLength(4);

    await revertAll(database.settings);
    const {
      telephony_calls: callsAfter = [],
      crm_call_reviews: reviews,
      ...crmAfter
    } = await rowsOf(database.dataSource);
    expect(crmAfter).toEqual(crmBefore);
    expect(callsAfter).toEqual(callsBefore);
    // Only references keep the row that they were moved to.
    expect(reviews).toMatchObject([{ call_id: 2 }]);

    await migrate(database.settings, quietly);
    const again = await rowsOf(database.dataSource);
    expect(again.telephony_calls?.map(({ meta: _meta, ...call }) => call)).toEqual(
      adopted.telephony_calls?.map(({ meta: _meta, ...call }) => call),
    );
  });

  it("writes calls that the service has made as the CRM's code would have", async () => {
    database = await openLegacyDatabase();
    await migrate(database.settings, quietly);
    await database.dataSource.query(
      `INSERT INTO telephony_calls (customer_phone, status, started_at, facts)
       VALUES ('01712345678 or 01812345678 or 019', 'completed', '2026-01-02T18:00:00Z', '{}')`,
    );
    await revertAll(database.settings);
    expect(
      await database.dataSource.query('SELECT customer_phone, status, started_at FROM telephony_calls'),
    ).toEqual([
      {
        customer_phone: '01712345678 or 01812345678 or ',
        status: 'completed',
        started_at: '2026-01-03 00:00:00',
      },
    ]);
  });

  it('reads wall-clock times in the time zone of the adoption, regardless of the current configuration', async () => {
    database = await openLegacyDatabase([{ id: 1, started_at: '2026-07-01 12:00:00' }], {
      legacyTimeZone: 'Europe/London',
    });
    await migrate(database.settings, quietly);
    expect(await database.dataSource.query('SELECT started_at FROM telephony_calls')).toEqual([
      { started_at: new Date('2026-07-01T11:00:00Z') },
    ]);
    await revertAll({ ...database.settings, legacyTimeZone: 'Asia/Dhaka' });
    expect(await database.dataSource.query('SELECT started_at FROM telephony_calls')).toEqual([
      { started_at: '2026-07-01 12:00:00' },
    ]);
  });
});
