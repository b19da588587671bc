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
  { id: 8, external_call_id: 'BN-8 ', agent_phone: '201', meta: { event: 'incoming_call' } },
  { id: 9, external_call_id: 'BN-8', agent_phone: '202', answered_at: '2026-01-03 10:00:00' },
  { id: 10, external_call_id: '' },
  { id: 11, external_call_id: '  ' },
  { id: 12, external_call_id: '\tBN-12' },
  { id: 13, created_at: null, updated_at: null, started_at: '2026-01-03 10:00:00' },
  { id: 14, external_call_id: 'BN-14', created_at: null },
  {
    id: 15,
    external_call_id: 'BN-14',
    updated_at: null,
    status: 'completed',
    ended_at: '2026-01-03 10:00:00',
  },
  { id: 16, meta: { merged: [{ id: 1, customer_phone: 'of the former code' }] } },
  { id: 17, meta: null },
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
    await database.dataSource.query('INSERT INTO crm_call_reviews (call_id) VALUES (3), (5)');
    await database.dataSource.query(
      'CREATE TABLE crm_notes (call_id integer REFERENCES telephony_calls (id))',
    );
    await database.dataSource.query('INSERT INTO crm_notes VALUES (3), (5)');
    const before = await rowsOf(database.dataSource);
    const asText = (): Promise<Row[]> =>
      database.dataSource.query<Row[]>('SELECT telephony_calls::text FROM telephony_calls ORDER BY id');
    const textBefore = await asText();
    await migrate(database.settings, quietly);
    const adopted = await rowsOf(database.dataSource);
    expect(adopted.telephony_calls).toHaveLength(LEGACY_CALLS.length - 5);
    expect(adopted.crm_call_reviews).toMatchObject([{ call_id: 2 }, { call_id: 5 }]);

    await revertAll(database.settings);
    expect(await rowsOf(database.dataSource)).toEqual(before);
    expect(await asText()).toEqual(textBefore);
    // Nothing tells the rows of a table without a primary key apart: they keep the row that they were moved to.
    expect(await database.dataSource.query('SELECT * FROM crm_notes ORDER BY call_id')).toEqual([
      { call_id: 2 },
      { call_id: 5 },
    ]);

    await migrate(database.settings, quietly);
    const again = await rowsOf(database.dataSource);
    expect(again.telephony_calls?.map(({ meta: _meta, ...call }) => call)).toEqual(
      adopted.telephony_calls?.map(({ meta: _meta, ...call }) => call),
    );
  });

  it('keeps what was changed since: by the service, or by the code of the CRM', async () => {
    database = await openLegacyDatabase([
      ...[20, 30, 40].flatMap((id) => [
        { id, external_call_id: `BN-${id}`, agent_phone: '201', meta: { event: 'incoming_call' } },
        { id: id + 1, external_call_id: `BN-${id}`, status: 'completed' as const, duration_seconds: 20 },
      ]),
      { id: 50, external_call_id: '' },
      { id: 51, updated_at: null },
    ]);
    await migrate(database.settings, quietly);
    const change = (id: number, assignments: string): Promise<unknown> =>
      database.dataSource.query(`UPDATE telephony_calls SET ${assignments} WHERE id = $1`, [id]);
    await change(20, `facts = '{}', version = 2, agent_phone = '205'`);
    await change(30, `updated_at = now(), task_id = 7`);
    await change(50, `external_call_id = 'BN-50'`);
    await change(51, `updated_at = '2026-02-01T00:00:00Z'`);
    await revertAll(database.settings);
    expect(
      await database.dataSource.query(
        'SELECT id, external_call_id, agent_phone, task_id, status, meta, updated_at FROM telephony_calls WHERE id NOT IN (21, 31, 41) ORDER BY id',
      ),
    ).toMatchObject([
      { id: 20, agent_phone: '205', status: 'completed', meta: { event: 'incoming_call' } },
      { id: 30, agent_phone: '201', status: 'completed', task_id: 7, meta: { event: 'incoming_call' } },
      { id: 40, agent_phone: '201', status: 'initiated', task_id: null, meta: { event: 'incoming_call' } },
      { id: 50, external_call_id: 'BN-50' },
      { id: 51, updated_at: '2026-02-01 06:00:00' },
    ]);
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
