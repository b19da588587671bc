import { migrate } from '../../src/database/migrator.js';
import {
  type OpenDatabase,
  openEmptyDatabase,
  openLegacyDatabase,
  shapeOf,
} from '../support/legacy-schema.js';

type Row = Record<string, unknown>;

const KEY = 'uq_crm_call_tasks_pending_missed_call';

const quietly = (): void => {};

async function query(database: OpenDatabase, sql: string, ...parameters: unknown[]): Promise<Row[]> {
  return database.dataSource.query<Row[]>(sql, parameters);
}

/** Id of the task, or null when the key has one already. */
async function addPendingTask(
  database: OpenDatabase,
  customerId: string,
  callReason: string,
): Promise<unknown> {
  const [added] = await query(
    database,
    `INSERT INTO crm_call_tasks (customer_id, priority, call_reason) VALUES ($1, 'warm', $2)
     ON CONFLICT DO NOTHING RETURNING id`,
    customerId,
    callReason,
  );
  return added?.id ?? null;
}

describe("the CRM's own tables, adopted with several pending missed_call tasks of one customer", () => {
  let database: OpenDatabase;
  let rowsBefore: Row[][];
  let shapeBefore: string[];

  async function rows(): Promise<Row[][]> {
    return [
      await query(database, 'SELECT * FROM crm_call_tasks WHERE id <= 8 ORDER BY id'),
      await query(database, 'SELECT * FROM customers ORDER BY id'),
      await query(database, 'SELECT * FROM crm_open_call_tasks WHERE id <= 8 ORDER BY id'),
    ];
  }

  async function shape(): Promise<string[]> {
    return [
      ...(await shapeOf(database.dataSource, 'crm%')),
      ...(await shapeOf(database.dataSource, 'customers')),
    ];
  }

  beforeAll(async () => {
    database = await openLegacyDatabase();
    rowsBefore = await rows();
    shapeBefore = await shape();
    await migrate(database.settings, quietly);
  });

  afterAll(() => database.drop());

  it('keep every row, and their view shows the same', async () => {
    expect(rowsBefore.map(({ length }) => length)).toEqual([8, 11, 6]);
    expect(await rows()).toEqual(rowsBefore);
  });

  it('gain their indexes, and nothing else of their shape changes', async () => {
    const after = await shape();
    const added = after.filter((line) => !shapeBefore.includes(line));
    expect(added.map((line) => line.replace(/ ON .*/, ''))).toEqual([
      'index CREATE INDEX ix_crm_call_tasks_customer_id',
      'index CREATE INDEX ix_crm_call_tasks_open_assigned_agent_id',
      'index CREATE INDEX ix_crm_call_tasks_open_missed_call',
      'index CREATE INDEX ix_crm_call_tasks_pending_missed_call_date',
      'index CREATE INDEX ix_crm_call_tasks_phone_keys',
      `index CREATE UNIQUE INDEX ${KEY}`,
      'index CREATE INDEX ix_customers_first_phone_key',
      'index CREATE INDEX ix_customers_phone_keys',
      'index CREATE INDEX ix_customers_second_phone_key',
      'index CREATE INDEX ix_customers_third_phone_key',
    ]);
    expect(shapeBefore.filter((line) => !after.includes(line))).toEqual([]);
  });

  it('exclude those tasks from the unique key, which starts after the newest task', async () => {
    const [index] = await query(database, 'SELECT indexdef FROM pg_indexes WHERE indexname = $1', KEY);
    expect(index?.indexdef).toMatch(/'missed_call'.*'pending'.*AND \(id > 8\)/);
  });

  it('accept one more pending missed_call task of a customer, and any number with other reasons', async () => {
    expect(await addPendingTask(database, '01712345678', 'missed_call')).toEqual(expect.any(Number));
    expect(await addPendingTask(database, '01712345678', 'missed_call')).toBeNull();
    expect(await addPendingTask(database, '01712345678', 'follow_up')).toEqual(expect.any(Number));
    expect(await addPendingTask(database, '01712345678', 'follow_up')).toEqual(expect.any(Number));
  });

  it('let the CRM reopen a task from before', async () => {
    const reopened = database.dataSource.transaction(async (manager) => {
      const before = await manager.query<Row[]>('SELECT status FROM crm_call_tasks WHERE id = 5');
      await manager.query(`UPDATE crm_call_tasks SET status = 'pending' WHERE id = 5`);
      await manager.query('UPDATE crm_call_tasks SET status = $1 WHERE id = 5', [before[0]?.status]);
    });
    await expect(reopened).resolves.toBeUndefined();
  });

  it.each([
    ['1711000001', 'Plain'],
    ['1711000002', 'Plus'],
    ['1711000003', 'Country code'],
    ['1711000004', 'Dashed'],
    ['1711000005', 'Two in one'],
    ['1811000005', 'Two in one'],
    ['1711000006', 'Bangla'],
    ['1711000007', 'Spaced'],
    ['8029123456', 'Land line'],
    ['2079460958', 'Abroad'],
    ['6501234567', 'By source'],
  ])('find by the last ten digits %s the customer "%s"', async (key, name) => {
    const found = await query(
      database,
      'SELECT name FROM customers WHERE telephony_phone_keys(phone, mobile, source) && ARRAY[$1]',
      key,
    );
    expect(found).toEqual([{ name }]);
  });
});

describe("the CRM's task table, adopted", () => {
  let database: OpenDatabase;

  beforeEach(async () => {
    database = await openLegacyDatabase();
  });

  afterEach(() => database.drop());

  it('has all its tasks under the key when no customer has two of them pending', async () => {
    await query(database, 'DELETE FROM crm_call_tasks WHERE id IN (2, 3)');
    await migrate(database.settings, quietly);
    expect(await addPendingTask(database, '01712345678', 'missed_call')).toBeNull();
    expect(await addPendingTask(database, '+8801812345678', 'missed_call')).toBeNull();
    expect(await addPendingTask(database, '01912345678', 'missed_call')).toEqual(expect.any(Number));
  });

  it('gets no second index that starts with customer_id', async () => {
    await query(database, 'CREATE INDEX "IDX_tasks" ON crm_call_tasks (customer_id, status)');
    await migrate(database.settings, quietly);
    const indexes = await query(
      database,
      `SELECT indexname FROM pg_indexes WHERE tablename = 'crm_call_tasks' ORDER BY indexname`,
    );
    expect(indexes.map(({ indexname }) => indexname)).toEqual([
      'IDX_tasks',
      'crm_call_tasks_pkey',
      'ix_crm_call_tasks_open_assigned_agent_id',
      'ix_crm_call_tasks_open_missed_call',
      'ix_crm_call_tasks_pending_missed_call_date',
      'ix_crm_call_tasks_phone_keys',
      KEY,
    ]);
  });
});

describe('telephony_phone_keys', () => {
  let database: OpenDatabase;

  beforeAll(async () => {
    database = await openEmptyDatabase();
    await migrate(database.settings, quietly);
  });

  afterAll(() => database.drop());

  it.each<[phone: string | null, mobile: string | null, keys: string[]]>([
    ['01712345678', null, ['1712345678']],
    ['01712345678', '+8801712345678', ['1712345678']],
    ['০১৭১২-৩৪৫৬৭৮', '٠١٨١٢٣٤٥٦٧٨', ['1712345678', '1812345678']],
    ['۰۱۹۱۲۳۴۵۶۷۸', '０１５１２３４５６７８', ['1512345678', '1912345678']],
    ['01712345678,01812345678', '01712345678 or 01912345678', ['1712345678', '1812345678', '1912345678']],
    [
      '01712345678;01812345678',
      '01312345678&01412345678',
      ['1312345678', '1412345678', '1712345678', '1812345678'],
    ],
    ['01712345678|01812345678', '01712345678\n01912345678', ['1712345678', '1812345678', '1912345678']],
    [
      '01712345678 01812345678',
      '+8801912345678+8801312345678',
      ['1312345678', '1712345678', '1812345678', '1912345678'],
    ],
    ['০১৭১২-৩৪৫৬৭৮ অথবা ০১৮১২-৩৪৫৬৭৮', '01912345678 ext 12', ['1712345678', '1812345678', '1912345678']],
    ['(+88) 017 12–345678', '008801812345678', ['1712345678', '1812345678']],
    ['02-9123456', '+88029123456', ['8029123456']],
    ['+1 (202) 555-0123', '00442079460958', ['2025550123', '2079460958']],
    [null, null, []],
    ['', 'n/a', []],
    ['999', '16247', []],
  ])('of %j and %j are %j', async (phone, mobile, keys) => {
    const [row] = await database.dataSource.query<{ keys: string[] }[]>(
      'SELECT telephony_phone_keys($1, $2) AS keys',
      [phone, mobile],
    );
    expect(row?.keys).toEqual(keys);
  });

  it('are the same under any search path, as in a restore or a maintenance run', async () => {
    const [row] = await database.dataSource.transaction(async (manager) => {
      await manager.query('SET LOCAL search_path = pg_catalog, pg_temp');
      return manager.query<{ keys: string[] }[]>(
        `SELECT public.telephony_phone_keys('01712345678', NULL) AS keys`,
      );
    });
    expect(row?.keys).toEqual(['1712345678']);
  });
});
