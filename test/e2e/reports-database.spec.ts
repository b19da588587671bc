import { QueryFailedError } from 'typeorm';
import { ReportsDatabase } from '../../src/modules/reports/pool/reports-database.repository.js';
import { TestApp } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

const SETTINGS = `
  SELECT name, setting FROM pg_settings
   WHERE name IN ('enable_seqscan', 'enable_hashjoin', 'enable_mergejoin', 'plan_cache_mode', 'jit', 'work_mem',
                  'statement_timeout', 'TimeZone', 'transaction_read_only', 'transaction_isolation')
   ORDER BY name COLLATE "C"`;

const OF_A_REPORT = {
  TimeZone: 'UTC',
  enable_hashjoin: 'on',
  enable_mergejoin: 'on',
  enable_seqscan: 'on',
  jit: 'off',
  plan_cache_mode: 'auto',
  statement_timeout: '5000',
  transaction_isolation: 'repeatable read',
  transaction_read_only: 'on',
  work_mem: '65536',
};

describe('the database of reports', () => {
  let database: TestDatabase;
  let app: TestApp;
  let reports: ReportsDatabase;

  beforeAll(async () => {
    database = await createTestDatabase();
    app = await TestApp.start(database);
    reports = app.nest.get(ReportsDatabase);
  });

  afterAll(async () => {
    await app.close();
    await database.drop();
  });

  const settingsDuring = async (query: (sql: string) => Promise<{ name: string; setting: string }[]>) =>
    Object.fromEntries((await query(SETTINGS)).map(({ name, setting }) => [name, setting]));

  it('plans as PostgreSQL usually does, within bounds of time and memory', async () => {
    expect(await reports.read((manager) => settingsDuring((sql) => manager.query(sql)))).toEqual(OF_A_REPORT);
  });

  it('leaves the connections of the service as they were', async () => {
    const before = await settingsDuring((sql) => app.db.query(sql));
    await reports.read((manager) => manager.query('SELECT 1'));
    expect(await settingsDuring((sql) => app.db.query(sql))).toEqual(before);
    expect(before).toMatchObject({ enable_seqscan: 'off', transaction_read_only: 'off' });
  });

  it('lets a report change nothing', async () => {
    await expect(
      reports.read((manager) => manager.query(`INSERT INTO customers (name) VALUES ('new')`)),
    ).rejects.toMatchObject({ code: '25006' });
    expect(await app.db.query('SELECT name FROM customers')).toEqual([]);
  });

  it('passes any other error on, without a second try', async () => {
    let runs = 0;
    await expect(
      reports.read((manager) => {
        runs += 1;
        return manager.query('SELECT 1 / 0');
      }),
    ).rejects.toThrow(QueryFailedError);
    expect(runs).toBe(1);
  });
});
